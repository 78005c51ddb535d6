import { describe, expect, test } from '@jest/globals';
import type { Place } from './place.ts';
import { claimsFor, saysTheSame } from './queue-token.ts';
import { tokenIdOf } from './token-id.ts';

const HOUR_MS = 3_600_000;
const nowMs = Date.parse('2026-12-01T11:00:00.500Z');
const concertId = '019aa6f0-5c00-7000-8000-000000000001';
const holder = { userId: 'mina', concertId };
const waitingAt = (timeMs: number): Place => ({
  status: 'WAITING',
  number: 4182,
  ahead: 812,
  mode: 'open',
  claimSeconds: 60,
  flow: { capacity: 1, occupied: 1, passSeconds: 600, departures: 0, slotSeconds: 0, measuredAtMs: 0 },
  nowMs: timeMs,
});

describe('the claims of a queue token', () => {
  test('of a waiting person are a ticket for a day, in whole seconds', () => {
    expect(claimsFor(waitingAt(nowMs), holder)).toEqual({
      kind: 'ticket',
      tokenId: tokenIdOf(concertId, 'mina', 4182),
      concertId,
      userId: 'mina',
      number: 4182,
      expiresAtMs: Date.parse('2026-12-02T11:00:00.000Z'),
    });
  });

  test('stay as they are in the first half of the ticket’s life and are renewed in the second', () => {
    const presented = claimsFor(waitingAt(nowMs), holder);
    const early = claimsFor(waitingAt(nowMs + 11 * HOUR_MS), { ...holder, presented });
    const late = claimsFor(waitingAt(nowMs + 13 * HOUR_MS), { ...holder, presented });
    expect(saysTheSame(presented, early)).toBe(true);
    expect(saysTheSame(presented, late)).toBe(false);
    expect(late.expiresAtMs).toBe(Date.parse('2026-12-03T00:00:00.000Z'));
  });

  test('of a person inside are a pass that ends with the slot, under the id of the ticket', () => {
    const presented = claimsFor(waitingAt(nowMs), holder);
    const passExpiresAtMs = Date.parse('2026-12-01T11:10:00.000Z');
    const pass = claimsFor({ status: 'ACTIVE', number: 4182, passExpiresAtMs, nowMs }, { ...holder, presented });
    expect(pass).toEqual({ ...presented, kind: 'pass', expiresAtMs: passExpiresAtMs });
    expect(saysTheSame(presented, pass)).toBe(false);
    expect(saysTheSame(pass, { ...pass })).toBe(true);
  });

  test('a token’s id belongs to concert, user and number', () => {
    const ids = [
      tokenIdOf(concertId, 'mina', 1),
      tokenIdOf(concertId, 'mina', 2),
      tokenIdOf(concertId, 'jun', 1),
      tokenIdOf('019aa6f0-5c00-7000-8000-000000000002', 'mina', 1),
    ];
    expect(new Set(ids).size).toBe(4);
    expect(ids[0]).toMatch(/^q-1-[0-9a-f]{16}$/);
  });
});

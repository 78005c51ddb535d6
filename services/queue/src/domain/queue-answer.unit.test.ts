import { QueueToken } from '@frontrow/contracts/queue';
import { describe, expect, test } from '@jest/globals';
import type { Place } from './place.ts';
import { answerFor, etagOf } from './queue-answer.ts';
import { claimsFor } from './queue-token.ts';

const nowMs = Date.parse('2026-12-01T11:00:00.000Z');
const concertId = '019aa6f0-5c00-7000-8000-000000000001';
const waiting = (ahead: number): Place => ({
  status: 'WAITING',
  number: 4182,
  ahead,
  mode: 'open',
  claimSeconds: 60,
  flow: { capacity: 1, occupied: 1, passSeconds: 600, departures: 0, slotSeconds: 0, measuredAtMs: 0 },
  nowMs,
});
const said = (place: Place, token = 'a.b.c', userId = 'mina') => {
  const claims = claimsFor(place, { userId, concertId });
  const answer = answerFor(place, token, claims);
  return { answer, etag: etagOf(answer, claims) };
};

describe('the answer to a poll', () => {
  test('says where one stands, as the contract has it', () => {
    const { answer } = said(waiting(812));
    expect(QueueToken.parse(answer)).toEqual(answer);
    expect(answer).toMatchObject({ status: 'WAITING', number: 4182, ahead: 812, estimatedWaitSeconds: null });
  });

  test('says that nobody is ahead and nothing to wait for once inside', () => {
    const { answer } = said({ status: 'ACTIVE', number: 4182, passExpiresAtMs: nowMs + 600_000, nowMs });
    expect(answer).toMatchObject({ status: 'ACTIVE', ahead: 0, estimatedWaitSeconds: 0 });
    expect(answer.expiresAt).toBe('2026-12-01T11:10:00.000Z');
  });

  test('has another ETag when the position is another, and the same for another signature', () => {
    const { etag } = said(waiting(812));
    expect(etag).toMatch(/^"[\w-]+"$/);
    expect(said(waiting(811)).etag).not.toBe(etag);
    expect(said(waiting(812), 'x.y.z').etag).toBe(etag);
    expect(said(waiting(812), 'a.b.c', 'jun').etag).not.toBe(etag);
  });
});

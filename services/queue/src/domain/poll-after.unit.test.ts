import { describe, expect, test } from '@jest/globals';
import type { Waiting } from './place.ts';
import { pollAfterSeconds } from './poll-after.ts';

const nowMs = Date.parse('2026-12-01T11:00:00.000Z');
const waiting = (ahead: number, changes: Partial<Waiting> = {}): Waiting => ({
  status: 'WAITING',
  number: 100_000,
  ahead,
  mode: 'open',
  claimSeconds: 60,
  flow: { capacity: 100, occupied: 100, passSeconds: 600, departures: 0, slotSeconds: 0, measuredAtMs: 0 },
  nowMs,
  ...changes,
});
const tokenIds = Array.from({ length: 200 }, (_, index) => `q-${index}-Zk3vT0xw5uA`);
const spread = (place: Waiting) => tokenIds.map((tokenId) => pollAfterSeconds(place, tokenId));

describe('the pause until the next poll', () => {
  test('is a second or two near the front', () => {
    expect(Math.min(...spread(waiting(0)))).toBe(1);
    expect(Math.max(...spread(waiting(10)))).toBeLessThanOrEqual(2);
  });

  test('is up to half a minute far away, and spread', () => {
    const pauses = spread(waiting(1_000_000));
    expect(Math.max(...pauses)).toBeLessThanOrEqual(30);
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(24);
    expect(new Set(pauses).size).toBeGreaterThan(4);
  });

  test('is a tenth of the wait where it is known', () => {
    // 100 departures in 20,000 slot-seconds, times 100 slots: 0.5 a second, so 200 s for the hundredth.
    const flow = { ...waiting(0).flow, departures: 100, slotSeconds: 20_000, measuredAtMs: nowMs };
    const pauses = spread(waiting(99, { flow }));
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(20);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(25);
  });

  test('is the same for a token each time', () => {
    expect(spread(waiting(5_000))).toEqual(spread(waiting(5_000)));
  });

  test('never lets a turn pass unclaimed', () => {
    expect(Math.max(...spread(waiting(1_000_000, { claimSeconds: 10 })))).toBe(5);
    expect(Math.max(...spread(waiting(1_000_000, { claimSeconds: 1 })))).toBe(1);
  });

  test('is long for who is inside, and shorter than what is left', () => {
    const active = { status: 'ACTIVE', number: 1, nowMs } as const;
    expect(pollAfterSeconds({ ...active, passExpiresAtMs: nowMs + 600_000 }, 'q-1-x')).toBe(30);
    expect(pollAfterSeconds({ ...active, passExpiresAtMs: nowMs + 9_000 }, 'q-1-x')).toBe(4);
    expect(pollAfterSeconds({ ...active, passExpiresAtMs: nowMs }, 'q-1-x')).toBe(1);
  });
});

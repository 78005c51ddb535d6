import { describe, expect, test } from '@jest/globals';
import { departureRate, estimateWaitSeconds } from './estimate.ts';
import type { SlotFlow, Waiting } from './place.ts';

const nowMs = Date.parse('2026-12-01T11:00:00.000Z');
const flow: SlotFlow = {
  capacity: 100,
  occupied: 100,
  passSeconds: 600,
  departures: 50,
  slotSeconds: 10_000,
  measuredAtMs: nowMs,
};
const waiting = (changes: Partial<Waiting> = {}): Waiting => ({
  status: 'WAITING',
  number: 500,
  ahead: 9,
  mode: 'open',
  claimSeconds: 60,
  flow,
  nowMs,
  ...changes,
});

describe('the estimate of the wait', () => {
  test('is the people to go, oneself included, at the measured rate', () => {
    // 50 departures in 10,000 slot-seconds, times 100 slots: one in 2 s.
    expect(departureRate(flow, nowMs)).toBeCloseTo(0.5);
    expect(estimateWaitSeconds(waiting())).toBe(20);
  });

  test('is unknown until somebody has departed', () => {
    expect(estimateWaitSeconds(waiting({ flow: { ...flow, departures: 0 } }))).toBeNull();
    expect(
      estimateWaitSeconds(waiting({ flow: { ...flow, departures: 0, slotSeconds: 0, measuredAtMs: 0 } })),
    ).toBeNull();
  });

  test('is unknown while nobody is admitted', () => {
    expect(estimateWaitSeconds(waiting({ mode: 'hold' }))).toBeNull();
    expect(estimateWaitSeconds(waiting({ flow: { ...flow, capacity: 0 } }))).toBeNull();
    expect(estimateWaitSeconds(waiting({ mode: 'drain' }))).toBe(20);
  });

  test('follows a change of the capacity at once', () => {
    expect(estimateWaitSeconds(waiting({ flow: { ...flow, capacity: 200, occupied: 200 } }))).toBe(10);
    // Half the slots, and 50 people too many inside who leave first: 60 departures at 0.25 a second.
    expect(estimateWaitSeconds(waiting({ flow: { ...flow, capacity: 50 } }))).toBe(240);
  });

  test('grows while nobody leaves', () => {
    const later = nowMs + 100_000;
    expect(estimateWaitSeconds(waiting({ nowMs: later }))).toBeGreaterThan(30);
    expect(departureRate(flow, later) ?? 1).toBeLessThan(0.5);
  });

  test('learns nothing from time in which nobody was inside', () => {
    const empty = { ...flow, occupied: 0 };
    expect(departureRate(empty, nowMs + 3_600_000)).toBeCloseTo(0.5);
  });

  test('is right for slots of a known length, whenever it is asked', () => {
    // A full room where one of 100 people leaves every 2 s, each after 200 s, from the moment it opened.
    const memorySeconds = 1_200;
    let [departures, slotSeconds] = [0, 0];
    const kept = Math.exp(-2 / memorySeconds);
    for (let second = 0; second < 3_600; second += 2) {
      departures = departures * kept + (second >= 200 ? 1 : 0);
      slotSeconds = slotSeconds * kept + 100 * memorySeconds * (1 - kept);
    }
    const rate = departureRate({ ...flow, departures, slotSeconds, measuredAtMs: nowMs }, nowMs);
    expect(rate).toBeGreaterThan(0.48);
    expect(rate).toBeLessThan(0.52);
  });
});

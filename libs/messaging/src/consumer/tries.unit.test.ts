import { describe, expect, test } from '@jest/globals';
import { MAX_TRIES, Tries, type Verdict } from './tries.ts';

const failTimes = (tries: Tries, times: number, error: unknown): Verdict[] =>
  Array.from({ length: times }, () => tries.failed('topic/0', '7', error));

describe('tries', () => {
  test('a message is given up after its last try, about ten seconds after its first', () => {
    const verdicts = failTimes(new Tries(), MAX_TRIES, new Error('its own fault'));
    expect(verdicts.pop()).toBe('give up');
    const waitedMs = verdicts.reduce((sum, verdict) => sum + (verdict === 'give up' ? 0 : verdict.retryAfterMs), 0);
    expect(waitedMs).toBeGreaterThan(8_000);
    expect(waitedMs).toBeLessThan(12_000);
  });

  test('what the infrastructure did to it does not count', () => {
    const tries = new Tries();
    const verdicts = failTimes(tries, 50, Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }));
    for (const verdict of verdicts) expect(verdict).toMatchObject({ retryAfterMs: expect.any(Number) });
    expect(failTimes(tries, MAX_TRIES - 1, new Error('its own fault'))).not.toContain('give up');
  });

  test('another message of the partition begins anew', () => {
    const tries = new Tries();
    failTimes(tries, MAX_TRIES - 1, new Error('its own fault'));
    expect(tries.failed('topic/0', '8', new Error('its own fault'))).not.toBe('give up');
    expect(tries.failuresOf('topic/0', '7')).toBe(0);
    expect(tries.failuresOf('topic/0', '8')).toBe(1);
  });
});

import { setTimeout as sleep } from 'node:timers/promises';

const PROBE_EVERY_MS = 20;

/**
 * Probes until the answer is neither `undefined` nor `false`, and returns it. A probe that throws counts as
 * "not yet"; its error is the cause of the failure when the time (`withinMs`, 10 s) is up.
 */
export async function eventually<T>(
  probe: () => Promise<T | undefined | false> | T | undefined | false,
  { withinMs = 10_000, what = 'the expected state' }: { withinMs?: number; what?: string } = {},
): Promise<T> {
  const deadlineMs = performance.now() + withinMs;
  for (;;) {
    let cause: unknown;
    try {
      const answer = await probe();
      if (answer !== undefined && answer !== false) return answer;
    } catch (error) {
      cause = error;
    }
    if (performance.now() >= deadlineMs) throw new Error(`Waited ${withinMs} ms in vain for ${what}`, { cause });
    await sleep(PROBE_EVERY_MS);
  }
}

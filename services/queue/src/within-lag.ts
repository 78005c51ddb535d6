import { setTimeout as sleep } from 'node:timers/promises';

const LAG_MS = 1_000;
const LOOK_EVERY_MS = 50;

/**
 * Looks again while something isn't there: a concert that was announced a moment ago may still be on its way here
 * through Kafka. Returns what the last look saw, after 1 s at most.
 */
export const withinLagOf = async <T>(look: () => Promise<T>, isThere: (seen: T) => boolean): Promise<T> => {
  const deadlineMs = performance.now() + LAG_MS;
  for (;;) {
    const seen = await look();
    if (isThere(seen) || performance.now() >= deadlineMs) return seen;
    await sleep(LOOK_EVERY_MS);
  }
};

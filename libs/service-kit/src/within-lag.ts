import { setTimeout as sleep } from 'node:timers/promises';

// A rebalance (an instance came or went) takes a heartbeat or two, 1.5 s each; usually it is milliseconds.
const LAG_MS = 3_000;
const LOOK_EVERY_MS = 50;

/**
 * Reads a projection again while it has not come as far as it is needed: what another service announced a moment
 * ago may still be on its way here through Kafka. Holds no connection between two looks.
 *
 * @returns what the last look saw, after 3 s at most
 */
export async function withinLagOf<T>(look: () => Promise<T>, isEnough: (seen: T) => boolean): Promise<T> {
  const deadlineMs = performance.now() + LAG_MS;
  for (;;) {
    const seen = await look();
    if (isEnough(seen) || performance.now() >= deadlineMs) return seen;
    await sleep(LOOK_EVERY_MS);
  }
}

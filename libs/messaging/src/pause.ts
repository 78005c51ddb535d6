import { setTimeout as sleep } from 'node:timers/promises';

/** Waits; ends early when the signal fires. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  await sleep(ms, undefined, signal ? { signal } : undefined).catch(() => undefined);
}

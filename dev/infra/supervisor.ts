import { setTimeout as sleep } from 'node:timers/promises';
import { type Processes, type ProcessSpec, type Running, untilReady } from './processes.ts';
import { say } from './say.ts';

export interface Supervised {
  readonly name: string;
  /** Stops it and starts it again; resolves when it is ready. */
  restart(): Promise<void>;
  /** For tests: ends it without warning. It comes back by itself. */
  kill(): Promise<void>;
  /** Stops it and leaves it so. */
  stop(): Promise<void>;
}

const FIRST_BACKOFF_MS = 500;
const LONGEST_BACKOFF_MS = 30_000;
/** One that ran this long had recovered: the next death begins with the first backoff again. */
const RECOVERED_AFTER_MS = 60_000;

/**
 * Starts a process and keeps it running: one that dies is started again after 0.5 s, 1 s, 2 s … 30 s. Resolves when it
 * is ready for the first time; rejects when it dies before that.
 */
export async function superviseProcess(
  processes: Processes,
  spec: ProcessSpec,
  isReady: () => Promise<boolean>,
): Promise<Supervised> {
  // Undefined while it is meant to be down.
  let current: Running | undefined = processes.start(spec);
  await untilReady(current, processes, isReady);

  const watch = async (running: Running, backoffMs: number): Promise<void> => {
    const sinceMs = performance.now();
    const how = await running.ended;
    const isUnexpected = () => running === current && !processes.isStopping();
    if (!isUnexpected()) return;
    const waitMs = performance.now() - sinceMs > RECOVERED_AFTER_MS ? FIRST_BACKOFF_MS : backoffMs;
    say(`${spec.name} ended (${how}); starting it again in ${waitMs / 1000} s. Its log: ${running.logFile}`);
    await sleep(waitMs);
    if (!isUnexpected()) return;
    current = processes.start(spec);
    void watch(current, Math.min(2 * waitMs, LONGEST_BACKOFF_MS));
  };
  void watch(current, FIRST_BACKOFF_MS);

  const stop = async () => {
    const running = current;
    current = undefined;
    await running?.stop();
  };

  return {
    name: spec.name,
    stop,
    restart: async () => {
      await stop();
      current = processes.start(spec);
      void watch(current, FIRST_BACKOFF_MS);
      await untilReady(current, processes, isReady);
    },
    kill: async () => {
      const running = current;
      if (!running?.isRunning()) return;
      process.kill(running.pid, 'SIGKILL');
      await running.ended;
    },
  };
}

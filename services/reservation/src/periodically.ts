import { pause } from '@frontrow/messaging/pause';
import type { Logger } from '@frontrow/service-kit/logger';

export interface PeriodicTask {
  readonly name: string;
  /** From the end of one run to the start of the next. */
  readonly everyMs: number;
  readonly run: () => Promise<unknown>;
  readonly logger: Logger;
}

/** Runs the task over and over; a run that fails is logged, and the next one tries again. `stop` waits for the one that runs. */
export function periodically({ name, everyMs, run, logger }: PeriodicTask): { stop(): Promise<void> } {
  const stopped = new AbortController();
  const loop = async () => {
    while (!stopped.signal.aborted) {
      await run().catch((err: unknown) => logger.error({ err, task: name }, 'a periodic task failed'));
      await pause(everyMs, stopped.signal);
    }
  };
  const ended = loop();
  return {
    stop: () => {
      stopped.abort();
      return ended;
    },
  };
}

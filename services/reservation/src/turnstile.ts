import { problem } from '@frontrow/service-kit/problem';

export interface TurnstileOptions {
  /** How many may be inside at once. */
  readonly places: number;
  /** How many may wait for a place. */
  readonly maxWaiting: number;
}

/**
 * Lets work in by twos and threes, in the order it came. A crowd that wants one seat waits here and not for the
 * pool's connections: there it would keep the payments of those who hold their seats from getting one, and be turned
 * away with an error after the pool's time limit.
 *
 * @throws UNAVAILABLE when too many wait already
 */
export function turnstile({ places, maxWaiting }: TurnstileOptions): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let inside = 0;

  const enter = async (): Promise<void> => {
    if (inside < places) {
      inside += 1;
      return;
    }
    if (waiting.length >= maxWaiting) throw problem('UNAVAILABLE', { retryAfterSeconds: 1 });
    await new Promise<void>((letIn) => waiting.push(letIn));
  };
  const leave = (): void => {
    const next = waiting.shift();
    // The place goes to the next one directly, so nobody who comes just now can take it.
    if (next) next();
    else inside -= 1;
  };

  return async (work) => {
    await enter();
    try {
      return await work();
    } finally {
      leave();
    }
  };
}

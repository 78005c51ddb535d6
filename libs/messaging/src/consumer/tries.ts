import { backoffMs } from '../outage.ts';
import { isTransient } from './transient.ts';

/** Tries of a message whose handler fails for a reason of its own, before it becomes a dead letter. */
export const MAX_TRIES = 8;
/** ms: 100, 200, 400, 800, 1600, 3200, 5000 (up to a quarter less): a dead letter after about 10 s. */
const FIRST_DELAY_MS = 100;
/** Also how often a message is tried while the infrastructure is away, without end. */
const LONGEST_DELAY_MS = 5_000;

export type Verdict = { retryAfterMs: number } | 'give up';

interface Trouble {
  offset: string;
  /** In a row, whatever the reason. */
  failures: number;
  /** Those that count. */
  tries: number;
}

/** Remembers, for each partition, how often the message at its head has failed. */
export class Tries {
  readonly #troubles = new Map<string, Trouble>();

  /** How often the message at this offset has failed. */
  failuresOf(partition: string, offset: string): number {
    const trouble = this.#troubles.get(partition);
    return trouble?.offset === offset ? trouble.failures : 0;
  }

  /** Takes down another failure and says what to do. */
  failed(partition: string, offset: string, error: unknown): Verdict {
    const before = this.#troubles.get(partition);
    const trouble = before?.offset === offset ? before : { offset, failures: 0, tries: 0 };
    trouble.failures++;
    if (!isTransient(error)) trouble.tries++;
    this.#troubles.set(partition, trouble);
    if (trouble.tries >= MAX_TRIES) return 'give up';
    return { retryAfterMs: backoffMs(trouble.failures, FIRST_DELAY_MS, LONGEST_DELAY_MS) };
  }

  passed(partition: string): void {
    this.#troubles.delete(partition);
  }
}

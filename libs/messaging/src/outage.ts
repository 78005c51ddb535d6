import type { Logger } from 'pino';

/**
 * Logs an outage once when it begins and once when it is over; what is tried in between goes to debug, so that
 * a broker's restart is two lines and not two thousand.
 */
export class Outage {
  readonly #logger: Logger;
  readonly #what: string;
  #failures = 0;
  #sinceMs = 0;
  #reason: string | undefined;

  constructor(logger: Logger, what: string) {
    this.#logger = logger;
    this.#what = what;
  }

  /** Failures in a row. */
  get failures(): number {
    return this.#failures;
  }

  /** What last went wrong, while it lasts. */
  get reason(): string | undefined {
    return this.#reason;
  }

  failed(error: unknown): void {
    if (this.#failures++ === 0) this.#sinceMs = Date.now();
    this.#reason = `${this.#what}: ${error instanceof Error ? error.message : String(error)}`;
    const level = this.#failures === 1 ? 'warn' : 'debug';
    this.#logger[level]({ err: error, failures: this.#failures }, `${this.#what} failed; trying again`);
  }

  worked(): void {
    if (this.#failures === 0) return;
    this.#logger.info({ failures: this.#failures, lastedMs: Date.now() - this.#sinceMs }, `${this.#what} works again`);
    this.#failures = 0;
    this.#reason = undefined;
  }
}

/** Delay before the next try: doubles from `firstMs` to `longestMs`, with up to a quarter taken off at random. */
export function backoffMs(failures: number, firstMs: number, longestMs: number): number {
  const full = Math.min(longestMs, firstMs * 2 ** Math.min(failures - 1, 30));
  return full * (0.75 + Math.random() / 4);
}

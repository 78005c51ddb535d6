import type { Logger } from '@frontrow/service-kit/logger';
import type { Lines } from '../store/lines.ts';

const BUSY_EVERY_MS = 250;
/** Every fourth round looks at all concerts, the others at those that had slots or a line. */
const ALL_EVERY_ROUNDS = 4;
/** Batches that one concert may take in a round: then it is another's turn. */
const MAX_BATCHES = 50;

/**
 * Moves lines on without anybody asking: slots that ran out end, and whoever is next gets the turn. Every
 * instance does so for every concert; a script call that finds nothing to do costs Redis some 10 µs.
 */
export class LineAdvancer {
  readonly #lines: Lines;
  readonly #logger: Logger;
  #busy: string[] = [];
  #round = 0;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #isFailing = false;

  constructor(lines: Lines, logger: Logger) {
    this.#lines = lines;
    this.#logger = logger;
  }

  start(): void {
    this.#timer = setTimeout(() => {
      this.#running = this.#advance().finally(() => this.#timer && this.start());
    }, BUSY_EVERY_MS);
  }

  /** Resolves when the round under way is over. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#running;
  }

  async #advance(): Promise<void> {
    try {
      const looksAtAll = this.#round++ % ALL_EVERY_ROUNDS === 0;
      const concertIds = looksAtAll ? await this.#lines.concertIds() : this.#busy;
      const isBusy = await Promise.all(concertIds.map((concertId) => this.#advanceLine(concertId)));
      this.#busy = concertIds.filter((_, index) => isBusy[index]);
      this.#isFailing = false;
    } catch (error) {
      if (!this.#isFailing) this.#logger.error({ err: error }, 'lines can not be advanced');
      this.#isFailing = true;
    }
  }

  /** Whether somebody is in the line or inside. */
  async #advanceLine(concertId: string): Promise<boolean> {
    for (let batch = 0; ; batch++) {
      const line = await this.#lines.advance(concertId);
      if (line === undefined) return false;
      if (!line.hasMore || batch >= MAX_BATCHES) return !line.isIdle;
    }
  }
}

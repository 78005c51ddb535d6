import type { EachBatchPayload, KafkaMessage } from 'kafkajs';
import type { Logger } from 'pino';
import { type KafkaSettings, plainTopicName } from '../kafka.ts';
import { handled, retries } from '../metrics.ts';
import type { Outage } from '../outage.ts';
import type { DeadLetters, DeadReason } from './dead-letters.ts';
import type { AnySubscription, Delivery, Sorted, Sorter } from './delivery.ts';
import { isContention, isTransient } from './transient.ts';
import { MAX_TRIES, type Tries } from './tries.ts';

const DEAD_LETTER_RETRY_MS = 1_000;
/** Messages in one transaction: after an outage, a fetch brings thousands. */
const MAX_TOGETHER = 200;

/** How a store handles messages. */
export interface Handling<S extends AnySubscription> {
  /** All of them or none, in their order; undefined where the store has no transaction around several. */
  readonly together?: (deliveries: readonly Delivery<S>[]) => Promise<void>;
  readonly alone: (delivery: Delivery<S>) => Promise<void>;
}

export interface BatchOptions<S extends AnySubscription> {
  consumer: string;
  settings: KafkaSettings;
  sorter: Sorter<S>;
  handling: Handling<S>;
  tries: Tries;
  deadLetters: DeadLetters;
  logger: Logger;
  /** Of the stores that handlers use: one line for all partitions that it holds up. */
  outage: Outage;
  isStopping: () => boolean;
}

/** How far a batch came: to its end, or up to a message that has to wait. */
export type Outcome = { retryAfterMs: number } | undefined;

type Failure = { at: number; error: unknown };

/**
 * Handles one partition's batch in the order of its offsets and resolves each offset that is done with. Stops at
 * a message that has to be tried again later, so that no message of its partition overtakes it.
 */
export class PartitionBatch<S extends AnySubscription> {
  readonly #options: BatchOptions<S>;
  readonly #payload: EachBatchPayload;
  readonly #partition: string;
  readonly #messages: readonly KafkaMessage[];
  readonly #sorted: readonly Sorted<S>[];

  constructor(options: BatchOptions<S>, payload: EachBatchPayload) {
    const { topic, partition, messages } = payload.batch;
    this.#options = options;
    this.#payload = payload;
    this.#partition = partitionId(topic, partition);
    this.#messages = messages;
    const plainTopic = plainTopicName(options.settings, topic);
    this.#sorted = messages.map((message) => options.sorter.sort(plainTopic, message));
  }

  async run(): Promise<Outcome> {
    for (let start = 0; start < this.#sorted.length; ) {
      if (this.#options.isStopping()) return;
      const run = this.#readableFrom(start);
      const failure = run.length > 0 ? await this.#handle(run) : this.#unreadable(start);
      const done = start + (failure?.at ?? run.length);
      this.#resolve(start, done);
      start = done;
      if (!failure) continue;
      const outcome = await this.#face(done, failure.error);
      if (outcome) return outcome;
      start = done + 1;
    }
    return undefined;
  }

  #readableFrom(start: number): readonly Sorted<S>[] {
    const end = this.#sorted.findIndex((sorted, index) => index >= start && sorted.kind === 'unreadable');
    const until = end === -1 ? this.#sorted.length : end;
    // A message that failed before goes alone, so that it can't take the others down with it again.
    const head = this.#sorted[start];
    const failedBefore = head && this.#options.tries.failuresOf(this.#partition, head.offset) > 0;
    return this.#sorted.slice(start, Math.min(until, start + (failedBefore ? 1 : MAX_TOGETHER)));
  }

  #unreadable(index: number): Failure | undefined {
    const sorted = this.#sorted[index];
    return sorted?.kind === 'unreadable' ? { at: 0, error: sorted.error } : undefined;
  }

  /** @returns where it failed, counted from the run's first message */
  async #handle(run: readonly Sorted<S>[]): Promise<Failure | undefined> {
    const { together } = this.#options.handling;
    const deliveries = run.flatMap((sorted) => (sorted.kind === 'deliver' ? [sorted.delivery] : []));
    if (deliveries.length === 0) return undefined;
    if (!together || (deliveries.length === 1 && run.length === 1)) return this.#handleEach(run);
    try {
      await together(deliveries);
      this.#options.outage.worked();
      return undefined;
    } catch (error) {
      // Nobody's fault among them: all of them wait, from the first on.
      if (isTransient(error) && !isContention(error)) return { at: 0, error };
      this.#options.logger.debug({ err: error, messages: deliveries.length }, 'a batch failed; its messages go alone');
      return this.#handleEach(run);
    }
  }

  async #handleEach(run: readonly Sorted<S>[]): Promise<Failure | undefined> {
    for (const [at, sorted] of run.entries()) {
      if (sorted.kind !== 'deliver') continue;
      if (this.#options.isStopping()) return { at, error: undefined };
      try {
        await this.#options.handling.alone(sorted.delivery);
        this.#options.outage.worked();
        this.#options.tries.passed(this.#partition);
      } catch (error) {
        return { at, error };
      }
    }
    return undefined;
  }

  #resolve(start: number, end: number): void {
    const { consumer } = this.#options;
    for (const { kind, type } of this.#sorted.slice(start, end)) {
      if (kind === 'skip') handled.inc({ consumer, type, result: 'skipped' });
    }
    const last = this.#sorted[end - 1];
    if (last && end > start) this.#payload.resolveOffset(last.offset);
  }

  /** Decides about a message that failed: a dead letter (and the batch goes on), or another try later. */
  async #face(index: number, error: unknown): Promise<Outcome> {
    const { tries, consumer } = this.#options;
    const sorted = this.#sorted[index] as Sorted<S>;
    if (this.#options.isStopping()) return { retryAfterMs: 0 };
    if (sorted.kind === 'unreadable') return this.#bury(index, 'unreadable', error, 0);
    const verdict = tries.failed(this.#partition, sorted.offset, error);
    if (verdict === 'give up') return this.#bury(index, 'tries-exhausted', error, MAX_TRIES);
    retries.inc({ consumer, type: sorted.type });
    this.#report(sorted, error);
    return verdict;
  }

  #report(sorted: Sorted<S>, error: unknown): void {
    const { tries, outage, logger } = this.#options;
    if (isTransient(error)) return outage.failed(error);
    const isFirst = tries.failuresOf(this.#partition, sorted.offset) === 1;
    logger[isFirst ? 'warn' : 'debug'](
      { err: error, type: sorted.type, partition: this.#partition, offset: sorted.offset },
      'a message could not be handled; trying again',
    );
  }

  async #bury(index: number, reason: DeadReason, error: unknown, tries: number): Promise<Outcome> {
    const sorted = this.#sorted[index] as Sorted<S>;
    const { topic, partition } = this.#payload.batch;
    const message = this.#messages[index] as KafkaMessage;
    const written = await this.#options.deadLetters.put({ topic, partition, message, reason, tries, error });
    if (!written) return { retryAfterMs: DEAD_LETTER_RETRY_MS };
    handled.inc({ consumer: this.#options.consumer, type: sorted.type, result: 'dead' });
    this.#options.tries.passed(this.#partition);
    this.#payload.resolveOffset(sorted.offset);
    return undefined;
  }
}

export const partitionId = (topic: string, partition: number): string => `${topic}/${partition}`;

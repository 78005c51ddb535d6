import type { EachBatchPayload, Kafka } from 'kafkajs';
import type { Logger } from 'pino';
import { groupName, type KafkaSettings, topicName } from '../kafka.ts';
import { Outage } from '../outage.ts';
import { DeadLetters } from './dead-letters.ts';
import { type AnySubscription, Sorter } from './delivery.ts';
import { GroupMember } from './group-member.ts';
import { type Handling, PartitionBatch, partitionId } from './partition-batch.ts';
import { Tries } from './tries.ts';

export interface ConsumerOptions<S extends AnySubscription> {
  /** Name of the group, without the namespace. */
  service: string;
  kafka: Kafka;
  settings: KafkaSettings;
  subscriptions: readonly S[];
  handling: Handling<S>;
  logger: Logger;
}

/** After an error in this library itself. */
const UNEXPECTED_RETRY_MS = 1_000;

/**
 * Brings messages to their handlers, each partition in its order. A message that fails pauses its partition until
 * it is tried again; the others go on.
 */
export class Consumer<S extends AnySubscription> {
  readonly #options: ConsumerOptions<S>;
  readonly #sorter: Sorter<S>;
  readonly #tries = new Tries();
  readonly #outage: Outage;
  readonly #deadLetters: DeadLetters;
  readonly #member: GroupMember | undefined;
  /** Paused partitions → when they resume. */
  readonly #resumeTimers = new Map<string, NodeJS.Timeout>();

  constructor(options: ConsumerOptions<S>) {
    const { service, kafka, settings, subscriptions, logger } = options;
    this.#options = options;
    this.#sorter = new Sorter(subscriptions);
    this.#outage = new Outage(logger, 'handling messages');
    this.#deadLetters = new DeadLetters(service, kafka, settings);
    if (subscriptions.length === 0) return;
    this.#member = new GroupMember({
      kafka,
      groupId: groupName(settings, service),
      topics: this.#sorter.topics.map((topic) => topicName(settings, topic)),
      handleBatch: (payload) => this.#handleBatch(payload),
      logger,
    });
  }

  async start(): Promise<void> {
    await this.#member?.start();
  }

  get trouble(): string | undefined {
    return this.#member?.trouble;
  }

  async stop(): Promise<void> {
    for (const timer of this.#resumeTimers.values()) clearTimeout(timer);
    await this.#member?.stop();
    await this.#deadLetters.close();
  }

  async #handleBatch(payload: EachBatchPayload): Promise<void> {
    const { topic, partition } = payload.batch;
    // A consumer that was made anew doesn't know of the pause.
    if (this.#resumeTimers.has(partitionId(topic, partition))) return void payload.pause();
    const retryAfterMs = await this.#process(payload);
    if (retryAfterMs === undefined) return;
    payload.pause();
    this.#resumeAfter(topic, partition, retryAfterMs);
  }

  /** Never throws: an error that escapes from eachBatch ends kafkajs' consumer. */
  async #process(payload: EachBatchPayload): Promise<number | undefined> {
    const { service, settings, handling, logger } = this.#options;
    try {
      const batch = new PartitionBatch(
        {
          consumer: service,
          settings,
          sorter: this.#sorter,
          handling,
          tries: this.#tries,
          deadLetters: this.#deadLetters,
          logger,
          outage: this.#outage,
          isStopping: () => this.#member?.isStopping ?? true,
        },
        payload,
      );
      return (await batch.run())?.retryAfterMs;
    } catch (error) {
      logger.error({ err: error, topic: payload.batch.topic }, 'a batch could not be processed; trying again');
      return UNEXPECTED_RETRY_MS;
    }
  }

  #resumeAfter(topic: string, partition: number, delayMs: number): void {
    if (this.#member?.isStopping) return;
    const id = partitionId(topic, partition);
    const timer = setTimeout(() => {
      this.#resumeTimers.delete(id);
      this.#member?.resume(topic, partition);
    }, delayMs);
    this.#resumeTimers.set(id, timer);
  }
}

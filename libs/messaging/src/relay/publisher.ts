import { type Kafka, Partitioners, type Producer } from 'kafkajs';
import { type KafkaSettings, topicName } from '../kafka.ts';

export interface Outgoing {
  /** Without the namespace. */
  topic: string;
  key: string | Buffer | null;
  value: string | Buffer | null;
  headers: Record<string, string | Buffer | (string | Buffer)[] | undefined>;
}

/** What one request may carry: half of what a broker takes for one partition (`message.max.bytes`, 1 MiB). */
export const MAX_BATCH_BYTES = 512 * 1024;

/**
 * Sends with an idempotent producer and acks=-1. One send at a time: callers wait for it to end.
 *
 * After a send that failed, its outcome unknown, the producer is thrown away with its id. Sending something *else*
 * under the same sequence numbers could be taken for a repetition and confirmed without being written: a loss.
 */
export class Publisher {
  readonly #kafka: Kafka;
  readonly #settings: KafkaSettings;
  #producer: Producer | undefined;
  #closing: Promise<void> = Promise.resolve();

  constructor(kafka: Kafka, settings: KafkaSettings) {
    this.#kafka = kafka;
    this.#settings = settings;
  }

  /** Connects ahead of the first send. */
  async connect(): Promise<void> {
    await this.#connected();
  }

  /** Resolves when every in-sync replica has all messages. The order holds for each key. */
  async send(messages: readonly Outgoing[]): Promise<void> {
    const producer = await this.#connected();
    try {
      await producer.sendBatch({ acks: -1, timeout: 8_000, topicMessages: this.#byTopic(messages) });
    } catch (error) {
      this.#discard();
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#discard();
    await this.#closing;
  }

  async #connected(): Promise<Producer> {
    if (this.#producer) return this.#producer;
    await this.#closing;
    const producer = this.#kafka.producer({
      idempotent: true,
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
      // Few: between its tries the caller reads again, and may have lost what it was about to send.
      retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 3 },
    });
    try {
      await producer.connect();
    } catch (error) {
      await producer.disconnect().catch(() => undefined);
      throw error;
    }
    this.#producer = producer;
    return producer;
  }

  #discard(): void {
    const producer = this.#producer;
    this.#producer = undefined;
    if (producer) this.#closing = producer.disconnect().catch(() => undefined);
  }

  #byTopic(messages: readonly Outgoing[]) {
    const byTopic = new Map<string, Outgoing[]>();
    for (const message of messages) {
      const list = byTopic.get(message.topic);
      if (list) list.push(message);
      else byTopic.set(message.topic, [message]);
    }
    return [...byTopic].map(([topic, list]) => ({
      topic: topicName(this.#settings, topic),
      messages: list.map(({ key, value, headers }) => ({ key, value, headers })),
    }));
  }
}

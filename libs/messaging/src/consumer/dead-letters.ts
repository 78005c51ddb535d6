import type { Kafka, KafkaMessage } from 'kafkajs';
import { groupName, type KafkaSettings } from '../kafka.ts';
import { deadLetters } from '../metrics.ts';
import { Outage } from '../outage.ts';
import { Publisher } from '../relay/publisher.ts';

export type DeadReason = 'unreadable' | 'tries-exhausted';

export interface DeadLetter {
  /** With the namespace, as it is on the broker. */
  topic: string;
  partition: number;
  message: KafkaMessage;
  reason: DeadReason;
  tries: number;
  error: unknown;
}

const MAX_ERROR_CHARS = 4_000;

function describe(error: unknown): string {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return text.slice(0, MAX_ERROR_CHARS);
}

/**
 * Puts messages aside on `<service>.dlq`: key, value and headers as they came, beside headers that say where from
 * and why. They aren't written to the inbox, so that one which is sent again is handled.
 */
export class DeadLetters {
  readonly #service: string;
  readonly #settings: KafkaSettings;
  readonly #publisher: Publisher;
  readonly #outage: Outage;
  #sending: Promise<unknown> = Promise.resolve();

  constructor(service: string, kafka: Kafka, settings: KafkaSettings) {
    this.#service = service;
    this.#settings = settings;
    // Connects with the first dead letter: most services never have one.
    this.#publisher = new Publisher(kafka, settings);
    this.#outage = new Outage(settings.logger, 'writing dead letters');
  }

  /**
   * Resolves to true once the broker has it, and only then may the partition go on; to false if it can't be
   * written now.
   */
  async put(letter: DeadLetter): Promise<boolean> {
    const written = this.#sending.then(() => this.#write(letter));
    // One at a time, as the publisher wants it, though several partitions may have one.
    this.#sending = written;
    return written;
  }

  async close(): Promise<void> {
    await this.#sending;
    await this.#publisher.close();
  }

  async #write(letter: DeadLetter): Promise<boolean> {
    try {
      await this.#publisher.send([this.#toMessage(letter)]);
    } catch (error) {
      this.#outage.failed(error);
      return false;
    }
    this.#outage.worked();
    deadLetters.inc({ consumer: this.#service, reason: letter.reason });
    this.#settings.logger.error(
      { topic: letter.topic, partition: letter.partition, offset: letter.message.offset, err: letter.error },
      `a message was put on ${this.#service}.dlq: ${letter.reason}`,
    );
    return true;
  }

  #toMessage({ topic, partition, message, reason, tries, error }: DeadLetter) {
    return {
      topic: `${this.#service}.dlq`,
      key: message.key,
      value: message.value,
      headers: {
        ...message.headers,
        'dlq-reason': reason,
        'dlq-error': describe(error),
        'dlq-tries': String(tries),
        'dlq-topic': topic,
        'dlq-partition': String(partition),
        'dlq-offset': message.offset,
        'dlq-timestamp': message.timestamp,
        'dlq-group': groupName(this.#settings, this.#service),
        'dlq-time': new Date().toISOString(),
      },
    };
  }
}

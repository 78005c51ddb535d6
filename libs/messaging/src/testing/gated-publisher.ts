import { createKafka, type KafkaSettings } from '../kafka.ts';
import { type Outgoing, Publisher } from '../relay/publisher.ts';

/** A real publisher that can be held right before a send, as a process is that the system puts to sleep. */
export class GatedPublisher extends Publisher {
  /** Keys of the messages, by send. */
  readonly sends: string[][] = [];
  #opened = Promise.withResolvers<void>();
  #reached = Promise.withResolvers<void>();

  constructor(settings: KafkaSettings) {
    super(createKafka(settings), settings);
    this.open();
  }

  shut(): void {
    this.#opened = Promise.withResolvers();
    this.#reached = Promise.withResolvers();
  }

  open(): void {
    this.#opened.resolve();
  }

  /** Resolves when somebody stands before the gate. */
  get reached(): Promise<void> {
    return this.#reached.promise;
  }

  override async connect(): Promise<void> {
    await super.connect();
    this.#reached.resolve();
    await this.#opened.promise;
  }

  override async send(messages: readonly Outgoing[]): Promise<void> {
    this.sends.push(messages.map(({ key }) => String(key)));
    await super.send(messages);
  }
}

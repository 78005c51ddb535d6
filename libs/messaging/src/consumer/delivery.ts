import { allMessages } from '@frontrow/contracts/catalogue';
import type { AnyMessageType, Message } from '@frontrow/contracts/message';
import type { KafkaMessage } from 'kafkajs';
import { headerText, open, type RawHeaders, UnreadableMessage } from '../envelope.ts';

/** What a subscription table has in common, whatever its handlers are given. */
export interface AnySubscription {
  readonly type: AnyMessageType;
}

/** A message on its way to its handler. */
export interface Delivery<S extends AnySubscription> {
  readonly offset: string;
  readonly message: Message;
  readonly subscription: S;
}

export type Sorted<S extends AnySubscription> =
  | { kind: 'deliver'; offset: string; type: string; delivery: Delivery<S> }
  | { kind: 'skip'; offset: string; type: string }
  | { kind: 'unreadable'; offset: string; type: string; error: UnreadableMessage };

/** Sorts what arrives: for a handler, for somebody else, or for the dead letters. */
export class Sorter<S extends AnySubscription> {
  readonly #subscriptions = new Map<string, S>();
  readonly #known: ReadonlySet<string>;

  constructor(subscriptions: readonly S[]) {
    for (const subscription of subscriptions) {
      const { type } = subscription.type;
      if (this.#subscriptions.has(type)) throw new Error(`there are two subscriptions to ${type}`);
      this.#subscriptions.set(type, subscription);
    }
    this.#known = new Set(allMessages.map((message) => message.type));
  }

  /** The topics of the subscriptions, without the namespace. */
  get topics(): string[] {
    return [...new Set([...this.#subscriptions.values()].map(({ type }) => type.topic))];
  }

  sort(topic: string, raw: KafkaMessage): Sorted<S> {
    const { offset } = raw;
    const headers: RawHeaders | undefined = raw.headers;
    const type = headerText(headers, 'ce_type');
    const subscription = type === undefined ? undefined : this.#subscriptions.get(type);
    if (type === undefined || subscription === undefined) {
      if (type !== undefined && this.#known.has(type)) return { kind: 'skip', offset, type };
      // The label of a metric must not be whatever a stranger wrote.
      const error = new UnreadableMessage(type === undefined ? 'header ce_type is missing' : `unknown type ${type}`);
      return { kind: 'unreadable', offset, type: 'unknown', error };
    }
    try {
      const message = open(subscription.type, topic, { key: raw.key, value: raw.value, headers });
      return { kind: 'deliver', offset, type, delivery: { offset, message, subscription } };
    } catch (error) {
      if (error instanceof UnreadableMessage) return { kind: 'unreadable', offset, type, error };
      throw error;
    }
  }
}

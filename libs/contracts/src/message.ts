import type { z } from 'zod';
import type { TopicName } from './topics.ts';

export type MessageKind = 'event' | 'command' | 'reply';

/**
 * One kind of message on Kafka. `type` reads `frontrow.<owner>.<name>.v<version>`; additive change keeps
 * the version, anything else is a new one. `key` is the id of what the message is about: messages with
 * one key keep their order.
 */
export interface MessageType<Schema extends z.ZodType = z.ZodType> {
  readonly kind: MessageKind;
  readonly type: string;
  readonly topic: TopicName;
  readonly summary: string;
  readonly data: Schema;
  readonly key: (data: z.output<Schema>) => string;
  readonly example: z.input<Schema>;
}

/** A command names the reply that answers it. */
export interface CommandType<Schema extends z.ZodType = z.ZodType, Reply extends z.ZodType = z.ZodType>
  extends MessageType<Schema> {
  readonly kind: 'command';
  readonly reply: MessageType<Reply>;
}

// biome-ignore lint: variance of `key` makes `unknown` too narrow here
export type AnyMessageType = MessageType<any>;
// biome-ignore lint: as above
export type AnyCommandType = CommandType<any, any>;
export type DataOf<M extends AnyMessageType> = z.output<M['data']>;
export type ReplyOf<C extends AnyCommandType> = z.output<C['reply']['data']>;

type Definition<Schema extends z.ZodType> = Omit<MessageType<Schema>, 'kind'>;

export const defineEvent = <Schema extends z.ZodType>(definition: Definition<Schema>): MessageType<Schema> => ({
  kind: 'event',
  ...definition,
});

export const defineReply = <Schema extends z.ZodType>(definition: Definition<Schema>): MessageType<Schema> => ({
  kind: 'reply',
  ...definition,
});

export const defineCommand = <Schema extends z.ZodType, Reply extends z.ZodType>(
  definition: Definition<Schema> & { reply: MessageType<Reply> },
): CommandType<Schema, Reply> => ({ kind: 'command', ...definition });

/** A message as handlers see it: parsed data beside its CloudEvents attributes. */
export interface Message<M extends AnyMessageType = AnyMessageType> {
  readonly id: string;
  readonly type: M['type'];
  readonly topic: string;
  readonly key: string;
  /** Service that sent it, e.g. `/frontrow/reservation`. */
  readonly source: string;
  /** ISO 8601. */
  readonly time: string;
  readonly data: DataOf<M>;
  /** The business flow it belongs to: a payment's id for saga messages. */
  readonly correlationId: string | undefined;
  /** Id of the message that caused this one. A reply's is its command's id. */
  readonly causationId: string | undefined;
  readonly traceparent: string | undefined;
}

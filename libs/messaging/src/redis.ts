import type { AnyMessageType, Message } from '@frontrow/contracts/message';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { Consumer } from './consumer/consumer.ts';
import { createKafka, type KafkaSettings } from './kafka.ts';
import { measurePending } from './metrics.ts';
import type { Health } from './postgres.ts';
import { handleAtLeastOnce } from './redis-outbox/handle-at-least-once.ts';
import { StreamRelay } from './redis-outbox/stream-relay.ts';
import { countEntries } from './redis-outbox/streams.ts';
import { Publisher } from './relay/publisher.ts';

export interface RedisSubscription {
  readonly type: AnyMessageType;
  readonly handle: (message: Message) => Promise<void>;
}

/**
 * Handles every message of a type at least once: a handler recognises a message that it has seen by its id, in
 * the Lua script that changes the state.
 */
export function onRedis<M extends AnyMessageType>(
  type: M,
  handle: (message: Message<M>) => Promise<void>,
): RedisSubscription {
  return { type, handle: handle as RedisSubscription['handle'] };
}

export interface RedisMessagingOptions {
  service: 'queue';
  kafka: KafkaSettings;
  redis: Redis;
  /** Prefix of keys, with its separator; '' for none. */
  namespace: string;
  logger: Logger;
  subscriptions: RedisSubscription[];
  /** Keys of all streams that may hold messages, with the namespace and a hash tag in each. */
  streams: () => Promise<string[]>;
}

export interface RedisMessaging {
  /**
   * A script of this instance has written to a stream: send it on now. Without a key all streams are looked at.
   */
  wake(streamKey?: string): void;
  start(): Promise<void>;
  stop(): Promise<void>;
  health(): Health;
}

/** Messaging of a service whose state, and so whose outbox, is in Redis. */
export function createRedisMessaging(options: RedisMessagingOptions): RedisMessaging {
  const { service, redis, logger, subscriptions, streams } = options;
  const kafka = createKafka(options.kafka);
  const publisher = new Publisher(kafka, options.kafka);
  const relay = new StreamRelay({ service, redis, streams, publisher, logger });
  const consumer = new Consumer({
    service,
    kafka,
    settings: options.kafka,
    subscriptions,
    handling: handleAtLeastOnce(service),
    logger,
  });
  let stopMeasuring = (): void => undefined;
  return {
    wake: (streamKey) => relay.wake(streamKey),
    async start() {
      stopMeasuring = measurePending(service, async () => countEntries(redis, await streams()));
      relay.start();
      await consumer.start();
    },
    async stop() {
      stopMeasuring();
      await consumer.stop();
      await relay.stop();
      await publisher.close();
    },
    health() {
      const detail = [relay.trouble, consumer.trouble].filter((trouble) => trouble !== undefined).join('; ');
      return detail ? { ok: false, detail } : { ok: true };
    },
  };
}

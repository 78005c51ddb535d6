import type { ServiceName } from '@frontrow/contracts/route';
import type { Knex } from 'knex';
import type { Logger } from 'pino';
import { Consumer } from './consumer/consumer.ts';
import { handleOnce } from './inbox/handle-once.ts';
import { purgeInBackground } from './inbox/purge.ts';
import { createKafka, type KafkaSettings } from './kafka.ts';
import { measurePending } from './metrics.ts';
import { countPending } from './outbox/outbox-table.ts';
import { Notes } from './relay/notes.ts';
import { Publisher } from './relay/publisher.ts';
import { Relay } from './relay/relay.ts';
import type { Signals } from './signals.ts';
import type { Subscription } from './subscription.ts';
import { createTransact, type Transact } from './transact.ts';

export type { Signals } from './signals.ts';

export interface Health {
  ok: boolean;
  detail?: string;
}

/** A service's messaging: what it sends commits with what it writes, and what it receives is handled once. */
export interface Messaging {
  /** Works before `start` too: what it commits is sent later. */
  transact: Transact;
  signals: Signals;
  /** Resolves when messages are sent and received; waits for the servers as long as it takes. */
  start(): Promise<void>;
  /** Finishes the handlers under way, then sends what is left, then disconnects; within about 8 s. */
  stop(): Promise<void>;
  health(): Health;
}

export interface PostgresMessagingOptions {
  service: ServiceName;
  kafka: KafkaSettings;
  db: Knex;
  /** Of the same database: the relay has a connection of its own. */
  databaseUrl: string;
  logger: Logger;
  subscriptions: Subscription[];
}

export function createPostgresMessaging(options: PostgresMessagingOptions): Messaging {
  const { service, db, databaseUrl, logger, subscriptions } = options;
  const kafka = createKafka(options.kafka);
  const notes = new Notes(logger);
  const publisher = new Publisher(kafka, options.kafka);
  const relay = new Relay({ service, databaseUrl, publisher, notes, logger });
  const transact = createTransact({ db, service, onCommitted: (buckets) => relay.wake(buckets), logger });
  const consumer = new Consumer({
    service,
    kafka,
    settings: options.kafka,
    subscriptions,
    handling: handleOnce(service, transact),
    logger,
  });
  const endings: (() => void)[] = [];
  return {
    transact,
    signals: notes,
    async start() {
      endings.push(
        purgeInBackground(db, logger),
        measurePending(service, () => countPending(db)),
      );
      await Promise.all([relay.start(), consumer.start()]);
    },
    async stop() {
      for (const end of endings) end();
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

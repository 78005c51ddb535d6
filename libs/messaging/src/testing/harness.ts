import { randomUUID } from 'node:crypto';
import { pointsCharged } from '@frontrow/contracts/wallet';
import { eventually } from '@frontrow/testing/eventually';
import { silentLogger } from '@frontrow/testing/logger';
import { createTestDatabase, testKafka } from '@frontrow/testing/servers';
import { type KafkaMessage, logLevel, Kafka, Partitioners } from 'kafkajs';
import createKnex, { type Knex } from 'knex';
import { headerText, toHeaders } from '../envelope.ts';
import { createKafka, ensureTopics, type KafkaSettings, topicName } from '../kafka.ts';
import { messagingMigrations } from '../migrations.ts';
import { createPostgresMessaging, type Messaging } from '../postgres.ts';
import type { Subscription } from '../subscription.ts';

/** A message as a stranger finds it on the broker. */
export interface Found {
  key: string | undefined;
  value: string;
  partition: number;
  offset: string;
  headers: Record<string, string>;
}

export interface Harness {
  db: Knex;
  databaseUrl: string;
  settings: KafkaSettings;
  /** A started instance of the service `wallet`; stopped at the end. */
  start(subscriptions?: Subscription[]): Promise<Messaging>;
  /** All that is on a topic, so far and from now on. */
  follow(topic: string): Promise<Found[]>;
  /** Writes to a topic past the outbox. */
  produce(topic: string, messages: { key: string; value: string; headers: Record<string, string> }[]): Promise<void>;
  stop(): Promise<void>;
}

export async function startHarness(): Promise<Harness> {
  const database = await createTestDatabase();
  const settings = { ...testKafka(), clientId: 'test', replicationFactor: 1, logger: silentLogger() };
  const db = createKnex({
    client: 'pg',
    connection: { connectionString: database.url, pipeline: true } as Knex.PgConnectionConfig,
    pool: { min: 0, max: 10 },
  });
  for (const migration of messagingMigrations) await migration.up(db);
  await ensureTopics(createKafka(settings), settings);
  const plainKafka = new Kafka({ brokers: settings.brokers, logLevel: logLevel.NOTHING });
  const endings: (() => Promise<unknown>)[] = [];

  return {
    db,
    databaseUrl: database.url,
    settings,
    async start(subscriptions = []) {
      const messaging = createPostgresMessaging({
        service: 'wallet',
        kafka: settings,
        db,
        databaseUrl: database.url,
        logger: settings.logger,
        subscriptions,
      });
      endings.push(() => messaging.stop());
      await messaging.start();
      return messaging;
    },
    async follow(topic) {
      const found: Found[] = [];
      const places = new Set<string>();
      const consumer = plainKafka.consumer({
        groupId: `${settings.namespace}follower-${randomUUID()}`,
        maxWaitTimeInMs: 50,
      });
      endings.push(() => consumer.disconnect());
      await consumer.connect();
      await consumer.subscribe({ topics: [topicName(settings, topic)], fromBeginning: true });
      await consumer.run({
        eachMessage: async ({ partition, message }) => {
          // After a rebalance, what wasn't committed comes again.
          const place = `${partition}/${message.offset}`;
          if (!places.has(place)) found.push(toFound(partition, message));
          places.add(place);
        },
      });
      return found;
    },
    async produce(topic, messages) {
      const producer = plainKafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
      await producer.connect();
      await producer.send({ topic: topicName(settings, topic), messages });
      await producer.disconnect();
    },
    async stop() {
      await Promise.all(endings.map((end) => end()));
      await deleteTopics(settings);
      await db.destroy();
      await database.drop();
    },
  };
}

/** A broker that keeps the topics of every test runs out of memory. */
async function deleteTopics(settings: KafkaSettings): Promise<void> {
  const admin = createKafka(settings).admin();
  await admin.connect();
  const mine = (await admin.listTopics()).filter((topic) => topic.startsWith(settings.namespace));
  await admin.deleteTopics({ topics: mine });
  await admin.disconnect();
}

function toFound(partition: number, { key, value, offset, headers }: KafkaMessage): Found {
  const names = Object.keys(headers ?? {});
  return {
    key: key?.toString(),
    value: value?.toString() ?? '',
    partition,
    offset,
    headers: Object.fromEntries(names.map((name) => [name, headerText(headers, name) ?? ''])),
  };
}

/** A charge of one wallet; `number` tells the messages of a wallet apart. */
export const charge = (userId: string, number: number) => ({
  userId,
  entryId: randomUUID(),
  entryNumber: number,
  amountWon: 1_000,
  balanceWon: number * 1_000,
});

/** The numbers of a wallet's charges, as they were found. */
export const numbersOf = (found: readonly Found[], userId: string): number[] =>
  found.filter(({ key }) => key === userId).map(({ value }) => JSON.parse(value).entryNumber);

/** A charge as another producer would write it. */
export function rawCharge(userId: string, number: number, id: string = randomUUID()) {
  const { type } = pointsCharged;
  const attributes = { id, type, source: '/frontrow/wallet', subject: userId, time: new Date().toISOString() };
  return { key: userId, value: JSON.stringify(charge(userId, number)), headers: toHeaders(attributes, {}) };
}

/** Waits until the outbox is empty. */
export async function outboxIsEmpty(db: Knex): Promise<void> {
  await eventually(async () => (await db('outbox').first('seq')) === undefined, { what: 'an empty outbox' });
}

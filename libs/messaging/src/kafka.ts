import { type TopicName, type TopicSettings, topics } from '@frontrow/contracts/topics';
import { type Admin, Kafka, logLevel } from 'kafkajs';
import type { Logger } from 'pino';
import { pinoLogCreator } from './kafka-logger.ts';
import { backoffMs, Outage } from './outage.ts';
import { pause } from './pause.ts';

export interface KafkaSettings {
  brokers: string[];
  clientId: string;
  /** Put before the names of topics and groups as it is, so that tests share a broker; '' for none. */
  namespace: string;
  replicationFactor: number;
  logger: Logger;
}

export const topicName = ({ namespace }: Pick<KafkaSettings, 'namespace'>, topic: string): string => namespace + topic;

export const groupName = topicName;

/** The topic's name without the namespace. */
export const plainTopicName = ({ namespace }: Pick<KafkaSettings, 'namespace'>, topic: string): string =>
  topic.slice(namespace.length);

/** A client of the cluster; connects when something is done with it. */
export function createKafka(settings: KafkaSettings): Kafka {
  return new Kafka({
    clientId: settings.clientId,
    brokers: settings.brokers,
    connectionTimeout: 3_000,
    requestTimeout: 10_000,
    // About 5 s: a new broker needs that until it has made its own topics. Whoever uses the client goes on trying
    // in its own way, and says so once.
    retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 8 },
    // Below INFO, kafkajs builds a log line for every request.
    logLevel: settings.logger.isLevelEnabled('trace') ? logLevel.DEBUG : logLevel.INFO,
    logCreator: pinoLogCreator(settings.logger),
  });
}

/**
 * Makes the topics of `contracts/topics` that are missing. Any number of instances may do it at once. Waits
 * for the broker as long as it takes.
 */
export async function ensureTopics(kafka: Kafka, settings: KafkaSettings): Promise<void> {
  const outage = new Outage(settings.logger, 'making the topics');
  for (;;) {
    const admin = kafka.admin();
    try {
      await admin.connect();
      await createMissing(admin, settings);
      await waitUntilUsable(admin, settings);
      outage.worked();
      return;
    } catch (error) {
      outage.failed(error);
      await pause(backoffMs(outage.failures, 100, 2_000));
    } finally {
      await admin.disconnect().catch(() => undefined);
    }
  }
}

const allTopics = Object.keys(topics) as TopicName[];

/**
 * A broker takes messages for a new topic a little later than it has made it, and a new broker makes its own topic for
 * groups when the first one asks. Waiting here spares everybody else an error at the first start.
 */
async function waitUntilUsable(admin: Admin, settings: KafkaSettings): Promise<void> {
  const names = allTopics.map((name) => topicName(settings, name));
  const deadlineMs = performance.now() + 10_000;
  for (;;) {
    try {
      await admin.fetchTopicMetadata({ topics: names });
      await Promise.all(names.map((name) => admin.fetchTopicOffsets(name)));
      await admin.fetchOffsets({ groupId: groupName(settings, settings.clientId), topics: names.slice(0, 1) });
      return;
    } catch (error) {
      if (performance.now() > deadlineMs) throw error;
      await pause(50);
    }
  }
}

async function createMissing(admin: Admin, settings: KafkaSettings): Promise<void> {
  const existing = new Set(await admin.listTopics());
  const missing = allTopics.filter((name) => !existing.has(topicName(settings, name)));
  if (missing.length === 0) return;
  await admin.createTopics({
    waitForLeaders: true,
    topics: missing.map((name) => {
      const { partitions, retentionMs, cleanup }: TopicSettings = topics[name];
      return {
        topic: topicName(settings, name),
        numPartitions: partitions,
        replicationFactor: settings.replicationFactor,
        configEntries: [
          { name: 'retention.ms', value: String(retentionMs) },
          { name: 'cleanup.policy', value: cleanup },
          // With acks=-1: a write is confirmed once two brokers have it, where there are three.
          { name: 'min.insync.replicas', value: settings.replicationFactor > 2 ? '2' : '1' },
        ],
      };
    }),
  });
}

/**
 * What a connected producer and consumer cost while nothing happens, in percent of a core over 10 s.
 * `node libs/messaging/bench/idle-cpu.ts`, with TEST_KAFKA_BROKERS set.
 */
import { pino } from 'pino';
import { GroupMember } from '../src/consumer/group-member.ts';
import { createKafka, ensureTopics, topicName } from '../src/kafka.ts';
import { Publisher } from '../src/relay/publisher.ts';

const SECONDS = 10;
const logger = pino({ level: 'warn' });
const settings = {
  brokers: (process.env.TEST_KAFKA_BROKERS ?? 'localhost:9092').split(','),
  clientId: 'idle-cpu',
  namespace: 'idle-cpu.',
  replicationFactor: 1,
  logger,
};
const kafka = createKafka(settings);
await ensureTopics(kafka, settings);
const publisher = new Publisher(kafka, settings);
await publisher.connect();
const member = new GroupMember({
  kafka,
  groupId: topicName(settings, 'idle'),
  topics: ['reservation.commands', 'wallet.events', 'queue.events'].map((topic) => topicName(settings, topic)),
  handleBatch: async () => undefined,
  logger,
});
await member.start();
await new Promise((resolve) => setTimeout(resolve, 2_000));
const before = process.cpuUsage();
await new Promise((resolve) => setTimeout(resolve, SECONDS * 1_000));
const { user, system } = process.cpuUsage(before);
console.log(`idle: ${((user + system) / (SECONDS * 10_000)).toFixed(2)} % of a core`);
await member.stop();
await publisher.close();

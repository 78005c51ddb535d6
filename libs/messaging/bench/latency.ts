/**
 * How long a message takes from its commit to its handler, beside a plain KafkaJS hop in the same run, and how many
 * a second go through at once. Needs the TEST_* addresses of the integration tests:
 * `node libs/messaging/bench/latency.ts`
 */
import { randomUUID } from 'node:crypto';
import { pointsCharged } from '@frontrow/contracts/wallet';
import { Partitioners } from 'kafkajs';
import { createKafka, topicName } from '../src/kafka.ts';
import { on } from '../src/subscription.ts';
import { charge, startHarness } from '../src/testing/harness.ts';

const WARM_UP = 500;
const ROUNDS = 2_000;
const MANY = 20_000;
const AT_ONCE = 64;

const harness = await startHarness();
const { settings } = harness;
const arrivals = new Map<string, (atMs: number) => void>();
const arrival = (id: string) => new Promise<number>((resolve) => arrivals.set(id, resolve));
const arrived = (id: string) => {
  arrivals.get(id)?.(performance.now());
  arrivals.delete(id);
};

const percentile = (values: number[], share: number) =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length * share)]?.toFixed(2);
const report = (what: string, values: number[]) =>
  console.log(`${what}: p50 ${percentile(values, 0.5)} ms, p95 ${percentile(values, 0.95)} ms`);

async function measure(hop: () => Promise<number>): Promise<number[]> {
  const values: number[] = [];
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    const ms = await hop();
    if (round >= 0) values.push(ms);
  }
  return values;
}

async function plainHop() {
  const kafka = createKafka(settings);
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  const consumer = kafka.consumer({ groupId: `${settings.namespace}plain`, maxWaitTimeInMs: 100 });
  const topic = topicName(settings, 'queue.events');
  await Promise.all([producer.connect(), consumer.connect()]);
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    autoCommitInterval: 1_000,
    autoCommit: false,
    partitionsConsumedConcurrently: 4,
    eachMessage: async ({ message }) => arrived(String(message.value)),
  });
  const values = await measure(async () => {
    const id = randomUUID();
    const there = arrival(id);
    const beganAtMs = performance.now();
    await producer.send({ topic, acks: -1, messages: [{ key: id, value: id }] });
    return (await there) - beganAtMs;
  });
  await Promise.all([producer.disconnect(), consumer.disconnect()]);
  return values;
}

report('plain KafkaJS, send → handler', await plainHop());

const messaging = await harness.start([on(pointsCharged, async ({ data }) => arrived(data.entryId))]);
const whole: number[] = [];
const commit = async () => {
  const data = charge(`user-${Math.floor(Math.random() * 1_000)}`, 1);
  const there = arrival(data.entryId);
  const beganAtMs = performance.now();
  await messaging.transact(async (uow) => uow.emit(pointsCharged, data));
  const committedAtMs = performance.now();
  return { there, beganAtMs, committedAtMs };
};
const values = await measure(async () => {
  const { there, beganAtMs, committedAtMs } = await commit();
  const atMs = await there;
  whole.push(atMs - beganAtMs);
  return atMs - committedAtMs;
});
report('outbox, commit → handler', values);
report('outbox, begin → handler', whole.slice(WARM_UP));

const beganAtMs = performance.now();
let left = MANY;
await Promise.all(
  Array.from({ length: AT_ONCE }, async () => {
    while (left-- > 0) await (await commit()).there;
  }),
);
const seconds = (performance.now() - beganAtMs) / 1_000;
console.log(`outbox, ${AT_ONCE} at once: ${Math.round(MANY / seconds)} a second`);
await harness.stop();

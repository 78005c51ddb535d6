import { setTimeout as sleep } from 'node:timers/promises';
import { GenericContainer, getContainerRuntimeClient, type StartedTestContainer, Wait } from 'testcontainers';
import { choosePorts } from '../infra/ports.ts';
import { kafkaAnswers } from '../infra/kafka.ts';
import { postgresAnswers } from '../infra/postgres.ts';
import { Trouble } from '../infra/trouble.ts';

export interface TestServers {
  postgresUrl: string;
  kafkaBrokers: string;
  redisUrl: string;
  stop(): Promise<void>;
}

/** The same servers as containers, for TEST_INFRA=testcontainers. */
export async function startContainers(): Promise<TestServers> {
  const client = await getContainerRuntimeClient().catch((cause: unknown) => {
    throw new Trouble(
      'TEST_INFRA=testcontainers needs a Docker daemon, and none answers: start it, or leave TEST_INFRA out.',
      {
        cause,
      },
    );
  });
  const { host } = client.info.containerRuntime;
  const { kafka: kafkaPort = 0 } = await choosePorts(['kafka']);
  const started: StartedTestContainer[] = [];
  const start = async (container: GenericContainer) => {
    const running = await container.start();
    started.push(running);
    return running;
  };
  const stop = async () => void (await Promise.all(started.map((container) => container.stop())));
  try {
    const [postgres, redis] = await Promise.all([
      start(postgresContainer()),
      start(redisContainer()),
      start(kafkaContainer(host, kafkaPort)),
    ]);
    const postgresUrl = `postgres://frontrow:frontrow@${host}:${postgres.getMappedPort(5432)}/postgres`;
    const kafkaBrokers = `${host}:${kafkaPort}`;
    await Promise.all([
      untilAnswers('PostgreSQL', () => postgresAnswers(postgresUrl)),
      untilAnswers('Kafka', () => kafkaAnswers(kafkaBrokers)),
    ]);
    return {
      postgresUrl,
      redisUrl: `redis://${host}:${redis.getMappedPort(6379)}`,
      kafkaBrokers,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

const ANSWERS_WITHIN_MS = 60_000;

/** Listening isn't enough: PostgreSQL's image starts the server twice, and Kafka forms its cluster first. */
async function untilAnswers(what: string, probe: () => Promise<boolean>): Promise<void> {
  const deadlineMs = performance.now() + ANSWERS_WITHIN_MS;
  while (!(await probe().catch(() => false))) {
    if (performance.now() > deadlineMs) throw new Trouble(`${what} did not answer in its container.`);
    await sleep(100);
  }
}

const postgresContainer = () =>
  new GenericContainer('postgres:18')
    .withEnvironment({ POSTGRES_USER: 'frontrow', POSTGRES_PASSWORD: 'frontrow', POSTGRES_DB: 'postgres' })
    .withCommand(['postgres', '-c', 'max_connections=300', '-c', 'fsync=off', '-c', 'full_page_writes=off'])
    .withExposedPorts(5432)
    .withWaitStrategy(Wait.forListeningPorts());

const redisContainer = () =>
  new GenericContainer('redis:7')
    .withCommand(['redis-server', '--appendonly', 'yes', '--save', ''])
    .withExposedPorts(6379)
    .withWaitStrategy(Wait.forListeningPorts());

/** The port outside must be known before the start: the broker tells it to its clients. */
const kafkaContainer = (host: string, port: number) =>
  new GenericContainer('apache/kafka:4.3.1')
    .withEnvironment({
      KAFKA_NODE_ID: '1',
      KAFKA_PROCESS_ROLES: 'broker,controller',
      KAFKA_CONTROLLER_QUORUM_VOTERS: '1@localhost:9093',
      KAFKA_LISTENERS: 'PLAINTEXT://0.0.0.0:9092,CONTROLLER://localhost:9093',
      KAFKA_ADVERTISED_LISTENERS: `PLAINTEXT://${host}:${port}`,
      KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
      KAFKA_INTER_BROKER_LISTENER_NAME: 'PLAINTEXT',
      KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
      KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
      KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
      KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS: '10',
      KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: '1',
      KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: '1',
      KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
      KAFKA_HEAP_OPTS: '-Xms64m -Xmx512m',
    })
    .withExposedPorts({ container: 9092, host: port })
    .withWaitStrategy(Wait.forListeningPorts());

import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { acceptsConnections } from './ports.ts';
import { projectDir } from './layout.ts';
import type { Processes, Running } from './processes.ts';
import { untilReady } from './processes.ts';
import { runCommand } from './run-command.ts';

export interface KafkaOptions {
  processes: Processes;
  dir: string;
  /** Folder of jars, from `installKafka`. */
  jarsDir: string;
  port: number;
  controllerPort: number;
}

const JVM = ['-Xms64m', '-Xmx768m', '-XX:+ExitOnOutOfMemoryError', '-Djava.awt.headless=true'];

/** One Apache Kafka broker that is its own controller (KRaft). Returns when it takes requests. */
export async function startKafka(options: KafkaOptions): Promise<{ running: Running; brokers: string }> {
  const { processes, dir, jarsDir, port } = options;
  mkdirSync(dir, { recursive: true });
  const config = join(dir, 'server.properties');
  writeFileSync(config, properties(options));
  const java = [...JVM, `-Dlog4j2.configurationFile=${logConfig()}`, '-cp', join(jarsDir, '*')];
  const formatted = join(dir, 'formatted');
  if (!existsSync(formatted)) {
    rmSync(join(dir, 'data'), { recursive: true, force: true });
    const clusterId = randomBytes(16).toString('base64url');
    await runCommand('java', [...java, 'kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', config]);
    writeFileSync(formatted, '');
  }
  const running = processes.start({
    name: 'kafka',
    command: 'java',
    args: [...java, 'kafka.Kafka', config],
    cwd: dir,
    stopWithinMs: 20_000,
    stopOrder: 3,
  });
  const brokers = `127.0.0.1:${port}`;
  await untilReady(running, processes, async () => (await acceptsConnections(port)) && kafkaAnswers(brokers));
  return { running, brokers };
}

const logConfig = () => encodeURI(`file://${join(projectDir, 'dev', 'kafka', 'log4j2.properties')}`);

/** Ports may differ from start to start, so the voter is named here and not in the formatted data. */
const properties = ({ dir, port, controllerPort }: KafkaOptions): string =>
  Object.entries({
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'inter.broker.listener.name': 'PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'log.dirs': join(dir, 'data'),
    'auto.create.topics.enable': false,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 10,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    // After a kill -9 the broker must wait until the session of its own past self is over (9 s by default).
    'broker.session.timeout.ms': 5_000,
    'broker.heartbeat.interval.ms': 1_000,
    // One member or all of them at once: nobody to wait for.
    'group.initial.rebalance.delay.ms': 0,
  })
    .map(([name, value]) => `${name}=${String(value).replaceAll('\\', '\\\\')}\n`)
    .join('');

/**
 * Whether it coordinates groups: on empty data the first question makes the topic behind that, and services that
 * came before it exists would back off for seconds.
 */
export async function kafkaAnswers(brokers: string): Promise<boolean> {
  const admin = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING, retry: { retries: 0 } }).admin();
  try {
    await admin.connect();
    // Without this the client doesn't know the brokers that it could ask next.
    await admin.listTopics();
    await admin.describeGroups(['frontrow-readiness']);
    return true;
  } finally {
    await admin.disconnect();
  }
}

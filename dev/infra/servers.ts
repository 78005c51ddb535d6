import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { startKafka } from './kafka.ts';
import { projectDir } from './layout.ts';
import { startPostgres } from './postgres.ts';
import type { Processes, Running } from './processes.ts';
import { type RedisBinary, startRedis } from './redis.ts';
import { chownTree, isReachableByAll, type ServerUser, serverUser } from './server-user.ts';
import { installKafka } from './tools/kafka-jars.ts';
import { findRedis } from './tools/redis-binary.ts';
import { requireJava } from './tools/require-tool.ts';

export interface ServerPorts {
  postgres: number;
  kafka: number;
  kafkaController: number;
  redis: number;
}

export interface Servers {
  postgresUrl: string;
  kafkaBrokers: string;
  redisUrl: string;
  running: readonly Running[];
}

export interface Tools {
  kafkaJarsDir: string;
  redis: RedisBinary;
}

/** Downloads what isn't there yet. */
export async function installTools(): Promise<Tools> {
  requireJava();
  const [kafkaJarsDir, redis] = await Promise.all([installKafka(), findRedis()]);
  return { kafkaJarsDir, redis };
}

/** Starts PostgreSQL, Kafka and Redis on these ports with data in `dataDir`; returns when all answer. */
export async function startServers(
  processes: Processes,
  { dataDir, ports, tools, durable }: { dataDir: string; ports: ServerPorts; tools: Tools; durable: boolean },
): Promise<Servers> {
  mkdirSync(dataDir, { recursive: true });
  const user = serverUser();
  const [postgres, kafka, redis] = await Promise.all([
    startPostgres({
      processes,
      dir: postgresDir(dataDir, user),
      binariesDir: outsideDir(projectDir),
      port: ports.postgres,
      user,
      durable,
    }),
    startKafka({
      processes,
      dir: join(dataDir, 'kafka'),
      jarsDir: tools.kafkaJarsDir,
      port: ports.kafka,
      controllerPort: ports.kafkaController,
    }),
    startRedis({ processes, dir: join(dataDir, 'redis'), port: ports.redis, binary: tools.redis }),
  ]);
  return {
    postgresUrl: postgres.url,
    kafkaBrokers: kafka.brokers,
    redisUrl: redis.url,
    running: [postgres.running, kafka.running, redis.running],
  };
}

/**
 * PostgreSQL's data. Its user (when we are root) must be able to get there: where the clone lies in a folder that
 * only root may enter, the data lie outside of it, under a name that belongs to this clone.
 */
export function postgresDir(dataDir: string, user: ServerUser | undefined): string {
  mkdirSync(dataDir, { recursive: true });
  const reachable = !user || isReachableByAll(dataDir);
  const dir = reachable ? join(dataDir, 'postgres') : join(outsideDir(dataDir), 'postgres');
  mkdirSync(dirname(dir), { recursive: true });
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  if (user) chownTree(dir, user);
  return dir;
}

/** Outside of the clone, a name that belongs to one folder in it. */
export const outsideDir = (path: string): string =>
  join('/var/lib/frontrow', createHash('sha256').update(path).digest('hex').slice(0, 16));

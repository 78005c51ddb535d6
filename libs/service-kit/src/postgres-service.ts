import type { ServiceName } from '@frontrow/contracts/route';
import { createKafka, ensureTopics, type KafkaSettings } from '@frontrow/messaging/kafka';
import { messagingMigrations } from '@frontrow/messaging/migrations';
import { createPostgresMessaging, type Messaging } from '@frontrow/messaging/postgres';
import type { Subscription } from '@frontrow/messaging/subscription';
import type { Transact } from '@frontrow/messaging/transact';
import type { Express, Router } from 'express';
import { Redis } from 'ioredis';
import type { Knex } from 'knex';
import { z } from 'zod';
import { createApp } from './app.ts';
import { createAuthenticator } from './auth.ts';
import { baseConfig } from './config.ts';
import { createHealth } from './health.ts';
import { idempotencyMigrations, startIdempotencyPurge } from './idempotency.ts';
import { createLogger, type Logger } from './logger.ts';
import { createDatabase, type Migration, migrate } from './postgres.ts';
import { createRateLimiter, type RateLimiter } from './rate-limits.ts';
import type { BoundRoute } from './route-handler.ts';
import { type HttpServer, listen } from './server.ts';

/** The settings of every service that keeps its data in PostgreSQL; a service adds its own. */
export const postgresServiceConfig = {
  ...baseConfig.http,
  ...baseConfig.kafka,
  ...baseConfig.postgres,
  ...baseConfig.oidc,
  redisUrl: baseConfig.redis.redisUrl.optional(),
  redisNamespace: baseConfig.redis.redisNamespace,
};
const schema = z.object(postgresServiceConfig);

/** What a service is built of. */
export interface World {
  readonly db: Knex;
  readonly transact: Transact;
  readonly logger: Logger;
}

export interface Parts {
  readonly routes: readonly BoundRoute[];
  readonly subscriptions: readonly Subscription[];
  /** Mounted before the 404: documents. */
  readonly extra?: Router;
  /** Started with the service, once it has a database and messaging, and stopped with it. */
  readonly tasks?: readonly ((messaging: Messaging) => { stop(): void | Promise<void> })[];
}

export interface Definition {
  readonly name: ServiceName;
  readonly config: z.output<typeof schema>;
  readonly migrations: readonly Migration[];
  readonly logger?: Logger | undefined;
  /** Called once, before anything is connected. */
  readonly build: (world: World) => Parts;
}

export interface Service {
  readonly app: Express;
  /** Where it listens; undefined until started. */
  readonly url: string | undefined;
  /** Serves as soon as it can; resolves once it takes part in messaging, too. */
  start(): Promise<void>;
  /** Readiness off → HTTP → tasks → consumers → relay → connections. */
  stop(): Promise<void>;
}

/**
 * The wiring that services over PostgreSQL and Kafka have in common. What a service is made of stays in its
 * own `service.ts`, as `build`.
 */
export function createPostgresService(definition: Definition): Service {
  const { name, config } = definition;
  const logger = definition.logger ?? createLogger(name, config.logLevel);
  const db = createDatabase({
    url: config.databaseUrl,
    poolSize: config.databasePoolSize,
    applicationName: name,
    logger,
  });
  // Handlers are built before messaging, which needs them; nothing is called before `start`.
  const transact: Transact = (work) => messaging.transact(work);
  const parts = definition.build({ db, transact, logger });
  const kafka: KafkaSettings = {
    brokers: config.kafkaBrokers,
    clientId: name,
    namespace: config.kafkaNamespace,
    replicationFactor: config.kafkaReplicationFactor,
    logger,
  };
  const messaging = createPostgresMessaging({
    service: name,
    kafka,
    db,
    databaseUrl: config.databaseUrl,
    logger,
    subscriptions: [...parts.subscriptions],
  });
  // Ready means started and not stopping. Not that Kafka or the group's rebalance is well: holds and charges go on
  // without them. Nor that PostgreSQL is: a gateway that has taken every instance out answers worse than they do.
  const health = createHealth();
  const limits = createLimits(config);
  const app = createApp({
    service: name,
    routes: parts.routes,
    authenticator: createAuthenticator({
      issuer: config.oidcIssuer,
      jwksUrl: config.oidcJwksUrl,
      audience: config.oidcAudience,
      logger,
    }),
    logger,
    corsOrigins: config.corsOrigins,
    health,
    rateLimiter: limits.rateLimiter,
    extra: parts.extra,
  });
  let server: HttpServer | undefined;
  let tasks: { stop(): void | Promise<void> }[] = [];

  return {
    app,
    get url() {
      return server?.url;
    },
    async start() {
      await migrate(db, [...messagingMigrations, ...idempotencyMigrations, ...definition.migrations]);
      await ensureTopics(createKafka(kafka), kafka);
      tasks = [{ stop: startIdempotencyPurge(db, logger) }, ...(parts.tasks ?? []).map((start) => start(messaging))];
      // After a kill -9 the group waits 6 s for the member that died. Requests needn't: what they commit is sent later.
      const joined = messaging.start();
      server = await listen(app, config);
      health.markReady();
      await joined;
    },
    async stop() {
      health.markStopping();
      await server?.close();
      await Promise.all(tasks.map(async (task) => task.stop()));
      await messaging.stop();
      limits.stop();
      await db.destroy();
    },
  };
}

const createLimits = (config: Definition['config']): { rateLimiter?: RateLimiter; stop(): void } => {
  if (config.rateLimits === 'off') return { stop: () => undefined };
  const redis = config.redisUrl ? new Redis(config.redisUrl, { maxRetriesPerRequest: 1 }) : undefined;
  // The limiter counts in memory while Redis is away; without a listener ioredis prints each failed attempt.
  redis?.on('error', () => undefined);
  return {
    rateLimiter: createRateLimiter({ redis, namespace: config.redisNamespace }),
    stop: () => redis?.disconnect(),
  };
};

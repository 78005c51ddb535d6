import { createKafka, ensureTopics } from '@frontrow/messaging/kafka';
import { messagingMigrations } from '@frontrow/messaging/migrations';
import { createPostgresMessaging } from '@frontrow/messaging/postgres';
import type { Transact } from '@frontrow/messaging/transact';
import { createApp } from '@frontrow/service-kit/app';
import { createAuthenticator } from '@frontrow/service-kit/auth';
import { type Clock, systemClock } from '@frontrow/service-kit/clock';
import { createHealth } from '@frontrow/service-kit/health';
import { idempotencyMigrations, startIdempotencyPurge } from '@frontrow/service-kit/idempotency';
import { createLogger, type Logger } from '@frontrow/service-kit/logger';
import { createPassVerifier } from '@frontrow/service-kit/pass';
import { createDatabase, migrate } from '@frontrow/service-kit/postgres';
import { createRateLimiter } from '@frontrow/service-kit/rate-limits';
import { type HttpServer, listen } from '@frontrow/service-kit/server';
import { Redis } from 'ioredis';
import type { Knex } from 'knex';
import { migrations } from '../migrations/index.ts';
import { expireDueHolds } from './commands/expire-holds.ts';
import { holdSeats } from './commands/hold-seats.ts';
import { issueTickets } from './commands/issue-tickets.ts';
import { releaseHold } from './commands/release-hold.ts';
import type { Config } from './config.ts';
import { periodically } from './periodically.ts';
import { getReservation } from './queries/get-reservation.ts';
import { listReservations } from './queries/list-reservations.ts';
import { routes, type UseCases } from './routes.ts';
import { cachedPerformances } from './store/performances.ts';
import { purgeSpentTokens } from './store/spent-tokens.ts';
import { purgeUndonePayments } from './store/undone-payments.ts';
import { subscriptions } from './subscriptions.ts';
import { turnstile } from './turnstile.ts';

export interface Overrides {
  readonly logger?: Logger;
  readonly clock?: Clock;
  readonly sweepEveryMs?: number;
}

const SWEEP_EVERY_MS = 500;
const PURGE_EVERY_MS = 60_000;
/** Of the pool, by holds: for the saga's commands, the sweeper and everybody who only looks. */
const CONNECTIONS_KEPT_FREE = 3;
/** Some seconds' worth of refusals for one instance; whoever comes then is better told to come again. */
const MAX_WAITING_HOLDS = 2_000;

/** The wiring of the service; tests build it through this with overrides. */
export async function createService(config: Config, overrides: Overrides = {}) {
  const { logger = createLogger('reservation', config.logLevel), sweepEveryMs = SWEEP_EVERY_MS } = overrides;
  const db = createDatabase({
    url: config.databaseUrl,
    poolSize: config.databasePoolSize,
    applicationName: 'reservation',
  });
  const kafka = kafkaSettings(config, logger);
  const messaging = createPostgresMessaging({
    service: 'reservation',
    kafka,
    db,
    databaseUrl: config.databaseUrl,
    logger,
    subscriptions: subscriptions({ issueTickets: issueTickets(logger) }),
  });
  const health = createHealth({
    messaging: () => messaging.health(),
    postgres: () => db.raw('select 1').then(() => ({ ok: true })),
  });
  const limits = rateLimits(config);
  const app = createApp({
    service: 'reservation',
    routes: routes(useCases(config, { db, transact: messaging.transact, clock: overrides.clock ?? systemClock })),
    authenticator: createAuthenticator({ ...oidcSettings(config), logger }),
    logger,
    corsOrigins: config.corsOrigins,
    health,
    rateLimiter: limits.rateLimiter,
  });
  let server: HttpServer | undefined;
  let tasks: { stop(): void | Promise<void> }[] = [];

  return {
    app,
    /** Where it listens, once started. */
    get url() {
      return server?.url;
    },
    /** Resolves once it serves. */
    async start() {
      await migrate(db, [...messagingMigrations, ...idempotencyMigrations, ...migrations]);
      await ensureTopics(createKafka(kafka), kafka);
      await messaging.start();
      tasks = startTasks({ db, transact: messaging.transact, logger, sweepEveryMs });
      server = await listen(app, config);
      health.markReady();
    },
    async stop() {
      health.markStopping();
      await server?.close();
      await Promise.all(tasks.map((task) => task.stop()));
      await messaging.stop();
      limits.stop();
      await db.destroy();
    },
  };
}

const kafkaSettings = (config: Config, logger: Logger) => ({
  brokers: config.kafkaBrokers,
  clientId: 'reservation',
  namespace: config.kafkaNamespace,
  replicationFactor: config.kafkaReplicationFactor,
  logger,
});

const oidcSettings = (config: Config) => ({
  issuer: config.oidcIssuer,
  jwksUrl: config.oidcJwksUrl,
  audience: config.oidcAudience,
});

interface World {
  readonly db: Knex;
  readonly transact: Transact;
  readonly clock: Clock;
}

const useCases = (config: Config, { db, transact, clock }: World): UseCases => {
  const places = Math.max(1, config.databasePoolSize - CONNECTIONS_KEPT_FREE);
  const inTurn = turnstile({ places, maxWaiting: MAX_WAITING_HOLDS });
  return {
    holdSeats: holdSeats({
      db,
      transact: (work) => inTurn(() => transact(work)),
      performances: cachedPerformances(db),
      passes: createPassVerifier({ jwksUrl: config.queueJwksUrl }),
      clock,
    }),
    listReservations: listReservations(db),
    getReservation: getReservation(db),
    releaseHold: releaseHold(transact),
  };
};

const rateLimits = ({ rateLimits: wanted, redisUrl, redisNamespace }: Config) => {
  if (wanted === 'off') return { rateLimiter: undefined, stop: () => undefined };
  const redis = redisUrl ? new Redis(redisUrl, { lazyConnect: false, maxRetriesPerRequest: 1 }) : undefined;
  // The limiter counts in memory while Redis is away; without a listener ioredis prints each failed attempt.
  redis?.on('error', () => undefined);
  return { rateLimiter: createRateLimiter({ redis, namespace: redisNamespace }), stop: () => redis?.disconnect() };
};

const startTasks = (world: { db: Knex; transact: Transact; logger: Logger; sweepEveryMs: number }) => {
  const { db, logger } = world;
  return [
    periodically({ name: 'expire holds', everyMs: world.sweepEveryMs, run: expireDueHolds(world), logger }),
    periodically({ name: 'purge spent tokens', everyMs: PURGE_EVERY_MS, run: () => purgeSpentTokens(db), logger }),
    periodically({ name: 'purge undo marks', everyMs: PURGE_EVERY_MS, run: () => purgeUndonePayments(db), logger }),
    { stop: startIdempotencyPurge(db, logger) },
  ];
};

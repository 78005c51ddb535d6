import { createKafka, ensureTopics } from '@frontrow/messaging/kafka';
import { createRedisMessaging } from '@frontrow/messaging/redis';
import { createApp } from '@frontrow/service-kit/app';
import { createAuthenticator } from '@frontrow/service-kit/auth';
import { createHealth } from '@frontrow/service-kit/health';
import { createLogger, type Logger } from '@frontrow/service-kit/logger';
import { createRateLimiter } from '@frontrow/service-kit/rate-limits';
import { type HttpServer, listen } from '@frontrow/service-kit/server';
import { advanceLines } from './commands/advance-lines.ts';
import { changeRoom } from './commands/change-room.ts';
import { expireToken } from './commands/expire-token.ts';
import { joinQueue } from './commands/join-queue.ts';
import { leaveQueue } from './commands/leave-queue.ts';
import { openRoom } from './commands/open-room.ts';
import { releaseSlot } from './commands/release-slot.ts';
import { stretchSlotForHold, stretchSlotForReopenedHold } from './commands/stretch-slot.ts';
import type { Config } from './config.ts';
import { jwksRouter } from './jwks-router.ts';
import { getRoom } from './queries/get-room.ts';
import { pollQueue } from './queries/poll-queue.ts';
import { routes } from './routes.ts';
import { createKeys } from './store/keys.ts';
import { createLines } from './store/lines.ts';
import { connectRedis, createRedis } from './store/redis.ts';
import { sharedSigningKeys } from './store/signing-keys.ts';
import { subscriptions } from './subscriptions.ts';
import { createTokens, generateSigningKeys } from './tokens.ts';

export interface Overrides {
  readonly logger?: Logger;
}

/** The wiring of the service; tests build it through this with overrides. Connects to Redis, for its keys. */
export async function createService(config: Config, overrides: Overrides = {}) {
  const logger = overrides.logger ?? createLogger('queue', config.logLevel);
  const redis = createRedis(config.redisUrl, logger);
  const keys = createKeys(config.redisNamespace);
  await connectRedis(redis);
  const signingKeys = config.signingKeys ?? (await sharedSigningKeys(redis, keys, generateSigningKeys));
  const tokens = await createTokens(signingKeys, () => new Date());

  const lines = createLines({ redis, keys, onMessages: (streamKey) => messaging.wake(streamKey) });
  const kafka = {
    brokers: config.kafkaBrokers,
    clientId: 'queue',
    namespace: config.kafkaNamespace,
    replicationFactor: config.kafkaReplicationFactor,
    logger,
  };
  const messaging = createRedisMessaging({
    service: 'queue',
    kafka,
    redis,
    namespace: config.redisNamespace,
    logger,
    subscriptions: subscriptions({
      openRoom: openRoom({ lines, defaultCapacity: config.queueDefaultCapacity }),
      expireToken: expireToken({ lines }),
      stretchSlotForHold: stretchSlotForHold({ lines }),
      stretchSlotForReopenedHold: stretchSlotForReopenedHold({ lines }),
      releaseSlot: releaseSlot({ lines }),
    }),
    streams: async () => (await lines.concertIds()).map(keys.events),
  });
  // Not Redis and not Kafka: without Kafka the line goes on, and without Redis every instance has the same honest
  // answer, 503 with Retry-After, which a gateway that has taken all of them out can't give.
  const health = createHealth();
  const app = createApp({
    service: 'queue',
    routes: routes({
      joinQueue: joinQueue({ lines, tokens }),
      pollQueue: pollQueue({ lines, tokens }),
      leaveQueue: leaveQueue({ lines, tokens }),
      getRoom: getRoom({ lines }),
      changeRoom: changeRoom({ lines }),
    }),
    authenticator: createAuthenticator({
      issuer: config.oidcIssuer,
      jwksUrl: config.oidcJwksUrl,
      audience: config.oidcAudience,
      logger,
    }),
    logger,
    corsOrigins: config.corsOrigins,
    health,
    rateLimiter:
      config.rateLimits === 'on' ? createRateLimiter({ redis, namespace: config.redisNamespace }) : undefined,
    extra: jwksRouter(tokens),
  });
  let server: HttpServer | undefined;
  let advancing: ReturnType<typeof advanceLines> | undefined;

  return {
    app,
    /** Where it listens, once started. */
    get url() {
      return server?.url;
    },
    /** Serves as soon as it can; resolves once it takes part in messaging, too. */
    async start() {
      await ensureTopics(createKafka(kafka), kafka);
      advancing = advanceLines(lines, logger);
      // After a kill -9 the group waits 6 s for the member that died. People in line needn't.
      const joined = messaging.start();
      server = await listen(app, config);
      health.markReady();
      await joined;
    },
    async stop() {
      health.markStopping();
      await server?.close();
      await advancing?.stop();
      await messaging.stop();
      redis.disconnect();
    },
  };
}

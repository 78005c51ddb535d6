import { problem } from '@frontrow/service-kit/problem';
import type { Logger } from '@frontrow/service-kit/logger';
import { Redis, ReplyError } from 'ioredis';

const COMMAND_TIMEOUT_MS = 1_000;
/** A connection that is silent for so long, though it owes an answer, is given up for a new one. */
const SILENCE_MS = 2_000;
const MAX_RECONNECT_DELAY_MS = 500;
const FIRST_CONNECT_WITHIN_MS = 30_000;
const RETRY_AFTER_SECONDS = 2;

/**
 * A connection that refuses rather than waits: while Redis is away a command fails at once, and it comes back
 * by itself. The driver's default, queueing commands until Redis returns, would let requests pile up for as
 * long as the outage lasts.
 */
export const createRedis = (url: string, logger: Logger): Redis => {
  const redis = new Redis(url, {
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    // A join that is sent again after a lost connection is safe, but whoever asked may be gone by then.
    autoResendUnfulfilledCommands: false,
    commandTimeout: COMMAND_TIMEOUT_MS,
    connectTimeout: SILENCE_MS,
    socketTimeout: SILENCE_MS,
    retryStrategy: (attempt) => Math.min(attempt * 50, MAX_RECONNECT_DELAY_MS),
    // A replica that was just promoted away refuses writes: connect anew, to where the name points now.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
  });
  let away = false;
  redis.on('error', (error: Error) => {
    if (!away) logger.error({ err: error }, 'Redis is away');
    away = true;
  });
  redis.on('ready', () => {
    if (away) logger.info('Redis is back');
    away = false;
  });
  return redis;
};

/** Connects, waiting for a Redis that is still starting. @throws Error when it isn't there within 30 s */
export const connectRedis = async (redis: Redis): Promise<void> => {
  const ready = new Promise<void>((resolve, reject) => {
    const timeUp = setTimeout(() => {
      redis.disconnect();
      reject(new Error(`Redis did not answer within ${FIRST_CONNECT_WITHIN_MS / 1000} s: is REDIS_URL right?`));
    }, FIRST_CONNECT_WITHIN_MS);
    redis.once('ready', () => {
      clearTimeout(timeUp);
      resolve();
    });
  });
  redis.connect().catch(() => undefined);
  await ready;
};

/** Replies that say "not now" rather than "not so". */
const PASSING = /^(LOADING|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|BUSY|OOM|NOREPLICAS|MISCONF)\b/;

/**
 * Runs a command; a Redis that is away, slow or full becomes the answer 503. @throws UNAVAILABLE
 *
 * The driver's errors carry no code. This one says to a consumer of messages what it says to a client: nothing is
 * wrong with the message, try it until it works.
 */
export const orUnavailable = async <T>(command: Promise<T>): Promise<T> => {
  try {
    return await command;
  } catch (error) {
    if (error instanceof ReplyError && !PASSING.test((error as Error).message)) throw error;
    const cause = Object.assign(new Error('Redis can not be used now', { cause: error }), { code: 'ECONNREFUSED' });
    throw problem('UNAVAILABLE', { cause, retryAfterSeconds: RETRY_AFTER_SECONDS });
  }
};

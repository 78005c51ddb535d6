import type { Redis } from 'ioredis';
import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { problem } from './problem.ts';

export interface RateLimiter {
  /** Counts one call of a route by a user. @throws TOO_MANY_REQUESTS */
  admit(routeId: string, userId: string): Promise<void>;
}

/** Calls a user may make in so many seconds. */
export interface RateLimit {
  readonly points: number;
  readonly perSeconds: number;
}

export const rateClasses = ['joins', 'holds', 'charges', 'payments', 'writes'] as const;
export type RateClass = (typeof rateClasses)[number];

/** Generous: people with a slow finger never meet them, a loop does. */
export const defaultRateLimits: Readonly<Record<RateClass, RateLimit>> = {
  joins: { points: 60, perSeconds: 10 },
  holds: { points: 60, perSeconds: 10 },
  charges: { points: 60, perSeconds: 10 },
  payments: { points: 60, perSeconds: 10 },
  writes: { points: 120, perSeconds: 10 },
};

const classOfRoute: Readonly<Record<string, RateClass>> = {
  joinQueue: 'joins',
  holdSeats: 'holds',
  chargePoints: 'charges',
  pay: 'payments',
};

export interface RateLimiterOptions {
  /** Shared by all instances; without it each instance counts on its own. */
  readonly redis?: Redis;
  readonly namespace?: string;
  readonly limits?: Partial<Record<RateClass, RateLimit>>;
}

const REDIS_ANSWERS_WITHIN_MS = 100;

/**
 * Limits by user and kind of route, one Redis round trip a request. While Redis is away an instance counts in
 * memory: a limiter that is down must not refuse anybody.
 */
export const createRateLimiter = ({ redis, namespace = '', limits = {} }: RateLimiterOptions = {}): RateLimiter => {
  const limiters = Object.fromEntries(
    rateClasses.map((name) => [name, limiterOf(name, { ...defaultRateLimits, ...limits }[name], redis, namespace)]),
  ) as Record<RateClass, Limiter>;

  return {
    async admit(routeId, userId) {
      const { shared, local } = limiters[classOfRoute[routeId] ?? 'writes'];
      try {
        await (shared === undefined ? local.consume(userId) : withinTime(shared, local, userId));
      } catch (refusal) {
        if (!(refusal instanceof RateLimiterRes)) throw refusal;
        throw problem('TOO_MANY_REQUESTS', { retryAfterSeconds: Math.max(1, Math.ceil(refusal.msBeforeNext / 1000)) });
      }
    },
  };
};

interface Limiter {
  readonly shared: RateLimiterAbstract | undefined;
  readonly local: RateLimiterAbstract;
}

const limiterOf = (name: RateClass, limit: RateLimit, redis: Redis | undefined, namespace: string): Limiter => {
  const settings = { keyPrefix: `${namespace}rate:${name}`, points: limit.points, duration: limit.perSeconds };
  const local = new RateLimiterMemory(settings);
  const shared =
    redis &&
    new RateLimiterRedis({ ...settings, storeClient: redis, insuranceLimiter: local, rejectIfRedisNotReady: true });
  return { shared, local };
};

/** A Redis that neither answers nor refuses counts as down, too. */
const withinTime = async (shared: RateLimiterAbstract, local: RateLimiterAbstract, key: string): Promise<void> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(resolve, REDIS_ANSWERS_WITHIN_MS, 'late');
  });
  const answer = shared.consume(key);
  try {
    if ((await Promise.race([answer, late])) === 'late') {
      answer.catch(() => undefined);
      await local.consume(key);
    }
  } finally {
    clearTimeout(timer);
  }
};

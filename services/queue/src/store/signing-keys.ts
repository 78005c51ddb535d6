import type { Redis } from 'ioredis';
import type { JWK } from 'jose';
import type { Keys } from './keys.ts';
import { orUnavailable } from './redis.ts';

/**
 * The keys that all instances sign with, from Redis. The first instance there makes them, and the others take
 * hers: SET NX lets exactly one win, whoever asks at the same moment. @throws UNAVAILABLE
 */
export const sharedSigningKeys = async (redis: Redis, keys: Keys, generate: () => Promise<JWK[]>): Promise<JWK[]> => {
  const stored = await orUnavailable(redis.get(keys.signingKeys));
  if (stored !== null) return JSON.parse(stored) as JWK[];
  const made = await generate();
  const before = await orUnavailable(redis.set(keys.signingKeys, JSON.stringify(made), 'NX', 'GET'));
  return before === null ? made : (JSON.parse(before) as JWK[]);
};

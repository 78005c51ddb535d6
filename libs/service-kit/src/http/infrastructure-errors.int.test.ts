import { describe, expect, test } from '@jest/globals';
import { testRedis } from '@frontrow/testing/servers';
import { Redis, type RedisOptions } from 'ioredis';
import { Kafka, logLevel } from 'kafkajs';
import { isInfrastructureError } from './infrastructure-errors.ts';

const nowhere = { host: '127.0.0.1', port: 1 };

/** What `use` throws, with a client of these options. */
const thrownBy = async (options: RedisOptions, use: (redis: Redis) => Promise<unknown>) => {
  const redis = new Redis(options);
  redis.on('error', () => undefined);
  const error = await use(redis).then(
    () => 'nothing',
    (thrown: Error) => thrown,
  );
  redis.disconnect();
  return error;
};

describe('what our clients throw when a server is away', () => {
  test('Redis: no connection, none in time, and one that was closed', async () => {
    const errors = await Promise.all([
      thrownBy({ ...nowhere, maxRetriesPerRequest: 1, retryStrategy: () => 1 }, (redis) => redis.get('x')),
      thrownBy({ ...nowhere, enableOfflineQueue: false }, (redis) => redis.get('x')),
      thrownBy({ ...nowhere, commandTimeout: 20, maxRetriesPerRequest: null }, (redis) => redis.get('x')),
      thrownBy({ ...nowhere, lazyConnect: true, retryStrategy: () => null }, (redis) => redis.connect()),
      thrownBy({ ...nowhere, lazyConnect: true }, (redis) => {
        redis.disconnect();
        return redis.get('x');
      }),
    ]);
    for (const error of errors) expect([error, isInfrastructureError(error)]).toEqual([error, true]);
  });

  test('Kafka: no broker', async () => {
    const kafka = new Kafka({ brokers: ['127.0.0.1:1'], logLevel: logLevel.NOTHING, retry: { retries: 0 } });
    const error = await kafka
      .admin()
      .connect()
      .catch((thrown: Error) => thrown);
    expect([error, isInfrastructureError(error)]).toEqual([error, true]);
  });

  test('a mistake of ours is none of these', async () => {
    const { url } = testRedis();
    const redis = new Redis(url);
    const wrongType = await redis.call('GET').catch((thrown: Error) => thrown);
    await redis.quit();
    for (const error of [wrongType, new TypeError('x is not a function'), 'text', undefined, { code: 17 }]) {
      expect(isInfrastructureError(error)).toBe(false);
    }
  });
});

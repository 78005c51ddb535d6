import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { walletRoutes } from '@frontrow/contracts/wallet';
import { testRedis } from '@frontrow/testing/servers';
import { Redis } from 'ioredis';
import { startTestApp } from './app.test-kit.ts';
import { createRateLimiter } from './rate-limits.ts';
import { handle } from './route-handler.ts';

const { url, namespace } = testRedis();
const limits = { charges: { points: 3, perSeconds: 60 } };
const outcomes = async (count: number, call: () => Promise<void>) => {
  const settled = await Promise.allSettled(Array.from({ length: count }, call));
  return settled.filter(({ status }) => status === 'fulfilled').length;
};

describe('rate limits', () => {
  let redis: Redis;
  beforeAll(async () => {
    redis = new Redis(url);
    await redis.ping();
  });
  afterAll(() => redis.quit());

  test('count over all instances, by user and kind of route', async () => {
    const first = createRateLimiter({ redis, namespace, limits });
    const second = createRateLimiter({ redis, namespace, limits });
    const admitted = await Promise.all([
      outcomes(4, () => first.admit('chargePoints', 'mina')),
      outcomes(4, () => second.admit('chargePoints', 'mina')),
    ]);
    expect(admitted[0] + admitted[1]).toBe(3);
    expect(await outcomes(2, () => first.admit('chargePoints', 'juno'))).toBe(2);
    expect(await outcomes(2, () => first.admit('pay', 'mina'))).toBe(2);
  });

  test('a request costs one command', async () => {
    const limiter = createRateLimiter({ redis, namespace, limits });
    await limiter.admit('pay', 'warm-up');
    const calls = async () => Number(/total_commands_processed:(\d+)/.exec(await redis.info('stats'))?.[1]);
    const before = await calls();
    for (let time = 0; time < 10; time += 1) await limiter.admit('pay', 'one-command');
    // A script counts its own calls, too: five at most a request, and one more for INFO.
    expect((await calls()) - before).toBeLessThanOrEqual(51);
  });

  test('who asks too often is told when to come back', async () => {
    const app = await startTestApp({
      service: 'wallet',
      rateLimiter: createRateLimiter({ limits }),
      routes: [
        handle(walletRoutes.chargePoints, ({ user }) => ({ status: 201, body: { userId: user.id, balanceWon: 10 } })),
        handle(walletRoutes.getWallet, ({ user }) => ({ status: 200, body: { userId: user.id, balanceWon: 10 } })),
      ],
    });
    const charge = (key: number) =>
      app.send('POST', '/v1/wallet/charges', {
        as: 'mina',
        json: { amountWon: 10 },
        headers: { 'idempotency-key': `${key}` },
      });
    for (const key of [1, 2, 3]) expect(await charge(key)).toMatchObject({ status: 201 });
    const refused = await charge(4);
    expect(refused).toMatchObject({ status: 429, body: { code: 'TOO_MANY_REQUESTS' } });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(50);
    expect(await app.send('GET', '/v1/wallet', { as: 'mina' })).toMatchObject({ status: 200 });
    await app.stop();
  });

  test('a Redis that refuses connections refuses nobody; the instance counts on its own', async () => {
    const lost = new Redis('redis://127.0.0.1:1', { lazyConnect: true, retryStrategy: () => 50 });
    lost.on('error', () => undefined);
    lost.connect().catch(() => undefined);
    const limiter = createRateLimiter({ redis: lost, namespace, limits });
    expect(await outcomes(5, () => limiter.admit('chargePoints', 'mina'))).toBe(3);
    lost.disconnect();
  });

  test('a Redis that does not answer delays nobody for long', async () => {
    const sockets = new Set<import('node:net').Socket>();
    const silent = createServer((socket) => void sockets.add(socket));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    const stuck = new Redis({ port, host: '127.0.0.1', enableReadyCheck: false });
    stuck.on('error', () => undefined);
    await new Promise((resolve) => stuck.once('connect', resolve));
    const limiter = createRateLimiter({ redis: stuck, namespace, limits });
    const startedAtMs = performance.now();
    expect(await outcomes(5, () => limiter.admit('chargePoints', 'mina'))).toBe(3);
    expect(performance.now() - startedAtMs).toBeLessThan(1_000);
    stuck.disconnect();
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => silent.close(resolve));
  });
});

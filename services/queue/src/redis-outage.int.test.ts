import { randomUUID } from 'node:crypto';
import { expireToken } from '@frontrow/contracts/queue';
import { eventually } from '@frontrow/testing/eventually';
import { testRedis } from '@frontrow/testing/servers';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { type RedisProxy, startRedisProxy } from './testing/redis-proxy.ts';
import { type Queues, startQueues } from './testing/start-queues.ts';

let proxy: RedisProxy;
let queue: Queues;
beforeAll(async () => {
  proxy = await startRedisProxy(testRedis().url);
  queue = await startQueues({ redisUrl: proxy.url });
});
afterEach(() => proxy.restore());
afterAll(async () => {
  await queue.stop();
  await proxy.stop();
});

const unavailable = { status: 503, body: expect.objectContaining({ code: 'UNAVAILABLE' }) };

/** Both instances answer 503, each soon, and say when to come again. */
const expectRefusals = async (request: () => ReturnType<Queues['join']>, withinMs: number) => {
  for (const _instance of [1, 2]) {
    const startedAtMs = performance.now();
    const answer = await request();
    expect(answer).toMatchObject(unavailable);
    expect(answer.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
    expect(performance.now() - startedAtMs).toBeLessThan(withinMs);
  }
};

/** Each instance finds its way back to Redis on its own after the test before. */
const join = (userId: string, concertId: string) =>
  eventually(async () => {
    const joined = await queue.join(userId, concertId);
    return joined.status < 300 && joined;
  });

describe('while Redis is away', () => {
  test('joins and polls are refused at once with 503, and when it is back everyone has the place they had', async () => {
    const concertId = await queue.announce();
    const [inside, waiting] = [await join('mina', concertId), await join('jun', concertId)];
    await proxy.cut();
    await expectRefusals(() => queue.poll('jun', waiting.body.token), 500);
    await expectRefusals(() => queue.join('late', concertId), 500);
    expect((await (await queue.as('mina')).get('/.well-known/jwks.json')).status).toBe(200);
    expect((await (await queue.as('mina')).get('/readyz')).status).toBe(200);

    await proxy.restore();
    const again = await eventually(async () => {
      const answer = await queue.poll('jun', waiting.body.token);
      return answer.status === 200 && answer;
    });
    expect(again.body).toMatchObject({ status: 'WAITING', number: 2, ahead: 0, token: waiting.body.token });
    await eventually(async () => (await queue.poll('mina', inside.body.token)).body.status === 'ACTIVE');
  });

  test('one that hangs is given up after a second, and answers again by itself', async () => {
    const concertId = await queue.announce();
    const { body } = await join('mina', concertId);
    proxy.freeze();
    await expectRefusals(() => queue.poll('mina', body.token), 2_000);
    await proxy.restore();
    await eventually(async () => (await queue.poll('mina', body.token)).status === 200);
  });

  test('a command waits for its return and is then done and answered', async () => {
    const concertId = await queue.announce();
    const { body } = await join('mina', concertId);
    await proxy.cut();
    const paymentId = randomUUID();
    const tokenId = decodeJwt(body.token).jti as string;
    await queue.probe.send('payment', expireToken, { paymentId, concertId, userId: 'mina', tokenId });
    await expectRefusals(() => queue.poll('mina', body.token), 500);
    expect(queue.probe.seen(expireToken.reply).filter(({ key }) => key === paymentId)).toEqual([]);
    await proxy.restore();
    await eventually(() => queue.probe.seen(expireToken.reply).some(({ key }) => key === paymentId));
    expect((await queue.poll('mina', body.token)).body.code).toBe('INVALID_TOKEN');
  });
});

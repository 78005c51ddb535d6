import { randomUUID } from 'node:crypto';
import { eventually } from '@frontrow/testing/eventually';
import { allRoutes } from '@frontrow/contracts/catalogue';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { Client } from './client.ts';
import { gatewayUrl } from './system.ts';

let client: Client;
beforeAll(() => {
  client = new Client(gatewayUrl());
});

const pathOf = (template: string) => template.replaceAll(/\{\w+\}/g, randomUUID());

describe('the API, through the gateway', () => {
  test.each(allRoutes.filter((route) => route.access !== 'public').map((route) => [route.method, route.path]))(
    '%s %s needs an access token',
    async (method, path) => {
      const answer = await client.call(method.toUpperCase(), pathOf(path), { key: randomUUID() });
      expect(answer).toMatchObject({ status: 401, body: { code: 'UNAUTHENTICATED', status: 401 } });
      expect(answer.headers.get('content-type')).toContain('application/problem+json');
    },
  );

  test.each(allRoutes.filter((route) => route.access === 'operator').map((route) => [route.method, route.path]))(
    '%s %s is for operators',
    async (method, path) => {
      const buyer = await client.signIn('buyer');
      const answer = await client.call(method.toUpperCase(), pathOf(path), {
        token: buyer.token,
        ...(method === 'get' ? {} : { body: {} }),
      });
      expect(answer).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
    },
  );

  test('refuses a forged access token', async () => {
    const { token } = await client.signIn('buyer');
    const [header, payload] = token.split('.') as [string, string];
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const other = Buffer.from(JSON.stringify({ ...claims, sub: 'someone-else' })).toString('base64url');
    const none = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url');
    for (const forged of [`${header}.${other}.${token.split('.')[2]}`, `${none}.${payload}.`, 'rubbish']) {
      expect(await client.call('GET', '/v1/wallet', { token: forged })).toMatchObject({ status: 401 });
    }
  });

  test('lists the dates of a concert, by day in Korea and by availability', async () => {
    const { token } = await client.signIn('operator');
    const { body: concert } = await client.call('POST', '/v1/concerts', {
      token,
      body: { name: '겨울밤', artist: '앞줄' },
    });
    const schedule = (name: string, performAt: string) =>
      client.call('POST', `/v1/concerts/${concert.id}/performances`, {
        token,
        body: { name, performAt, priceWon: 1_000 },
      });
    // 15:30 UTC on the 23rd is half past midnight of the 24th in Seoul.
    const eve = await schedule('이브', '2036-12-23T15:30:00.000Z');
    await schedule('지난 공연', '2016-12-24T10:00:00.000Z');
    const list = async (query: string) => {
      const { body } = await client.call('GET', `/v1/concerts/${concert.id}/performances${query}`);
      return body.items.map((item: { name: string }) => item.name);
    };
    expect(eve.body).toMatchObject({ totalSeats: 50, availableSeats: 50, priceWon: 1_000 });
    expect(await list('')).toEqual(['지난 공연', '이브']);
    expect(await list('?date=2036-12-24')).toEqual(['이브']);
    expect(await list('?date=2036-12-23')).toEqual([]);
    expect(await list('?available=true')).toEqual(['이브']);
    const wrong = await client.call('GET', `/v1/concerts/${concert.id}/performances?date=24-12-2036`);
    expect(wrong).toMatchObject({ status: 400, body: { code: 'ILLEGAL_ARGUMENTS' } });
    const found = await client.call('GET', `/v1/concerts/${concert.id}`);
    expect(found.body).toMatchObject({
      name: '겨울밤',
      policies: {
        maxSeatsPerUser: 1,
        holdSeconds: 300,
        onFailedPayment: 'keep',
        expireTokenOn: 'payment',
        requireBalanceAtHold: false,
      },
    });
    await client.announce();
    const first = await client.call('GET', '/v1/concerts?limit=1');
    expect(first.body.items).toHaveLength(1);
    const second = await client.call('GET', `/v1/concerts?limit=1&cursor=${first.body.next}`);
    expect(second.body.items).toHaveLength(1);
    expect(second.body.items[0].id).not.toBe(first.body.items[0].id);
  });

  test('shows free seats 1–50, without those that are held', async () => {
    const show = await client.announce();
    const buyer = await client.signIn('buyer');
    const pass = await client.enter(buyer, show.concertId);
    const map = await client.seats(buyer, pass, show.performanceId);
    expect(map.body).toMatchObject({ performanceId: show.performanceId, totalSeats: 50 });
    expect(map.body.available).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
    const held = await client.hold(buyer, pass, show.performanceId, 17);
    await eventually(async () => !(await client.seats(buyer, pass, show.performanceId)).body.available.includes(17));
    const gone = await client.call('DELETE', `/v1/reservations/${held.body.id}`, { token: buyer.token });
    expect(gone.status).toBe(204);
    await eventually(async () => (await client.seats(buyer, pass, show.performanceId)).body.available.includes(17));
    expect((await client.hold(buyer, pass, show.performanceId, 51)).body.code).toBe('SEAT_NOT_FOUND');
  });

  test('shows nobody another’s reservations, payments or points', async () => {
    const show = await client.announce();
    const [buyer, stranger] = [await client.signIn('buyer'), await client.signIn('stranger')];
    const pass = await client.enter(buyer, show.concertId);
    const held = await client.hold(buyer, pass, show.performanceId, 1);
    await client.charge(buyer, show.priceWon);
    const paid = await client.pay(buyer, held.body.id);
    const as = (method: string, path: string) => client.call(method, path, { token: stranger.token });
    expect((await as('GET', `/v1/reservations/${held.body.id}`)).body.code).toBe('RESERVATION_NOT_FOUND');
    expect((await as('DELETE', `/v1/reservations/${held.body.id}`)).body.code).toBe('RESERVATION_NOT_FOUND');
    expect((await as('GET', `/v1/payments/${paid.body.id}`)).body.code).toBe('PAYMENT_NOT_FOUND');
    expect((await as('GET', `/v1/payments/${paid.body.id}/timeline`)).body.code).toBe('PAYMENT_NOT_FOUND');
    expect((await as('GET', '/v1/reservations')).body.items).toEqual([]);
    expect((await as('GET', '/v1/wallet/entries')).body.items).toEqual([]);
    expect((await as('GET', '/v1/wallet')).body).toEqual({ userId: stranger.name, balanceWon: 0 });
  });

  test.each([-1, 0, 9, 10.5, '1000', '1e3', 2 ** 53, null])('refuses to charge %p', async (amountWon) => {
    const buyer = await client.signIn('buyer');
    const answer = await client.charge(buyer, amountWon as number);
    expect(answer).toMatchObject({ status: 400, body: { code: 'ILLEGAL_ARGUMENTS' } });
  });

  test('says what is wrong in Korean or English', async () => {
    const show = await client.announce();
    const [one, two] = [await client.signIn('one'), await client.signIn('two')];
    const passes = [await client.enter(one, show.concertId), await client.enter(two, show.concertId)];
    await client.hold(one, passes[0], show.performanceId, 1);
    const taken = (language: string) =>
      client.call('POST', '/v1/reservations', {
        token: two.token,
        queueToken: passes[1],
        key: randomUUID(),
        body: { seats: [{ performanceId: show.performanceId, seat: 1 }] },
        headers: { 'accept-language': language },
      });
    expect((await taken('ko-KR,ko;q=0.9')).body).toMatchObject({
      code: 'ALREADY_TAKEN',
      title: '이미 선점된 좌석입니다.',
    });
    expect((await taken('en')).body).toMatchObject({ code: 'ALREADY_TAKEN', title: 'The seat is already taken.' });
  });

  test('answers 404 as a problem where there is nothing', async () => {
    const answer = await client.call('GET', '/v1/nothing-here');
    expect(answer).toMatchObject({ status: 404, body: { code: 'NOT_FOUND', status: 404 } });
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
  });

  test('refuses POSTs that create without an Idempotency-Key', async () => {
    const buyer = await client.signIn('buyer');
    const answer = await client.call('POST', '/v1/wallet/charges', { token: buyer.token, body: { amountWon: 1_000 } });
    expect(answer).toMatchObject({ status: 400, body: { code: 'IDEMPOTENCY_KEY_REQUIRED' } });
  });

  test('documents itself', async () => {
    const openapi = await client.call('GET', '/openapi.json');
    expect(openapi.body.openapi).toMatch(/^3\.1/);
    expect(Object.keys(openapi.body.paths)).toEqual(expect.arrayContaining(allRoutes.map((route) => route.path)));
    const asyncapi = await client.call('GET', '/asyncapi.json');
    expect(asyncapi.body.asyncapi).toMatch(/^3\./);
    for (const page of ['/docs/', '/asyncapi']) {
      const answer = await client.call('GET', page);
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, expect.stringContaining('text/html')]);
    }
  });

  test.each(['/metrics', '/livez', '/readyz'])('does not show %s to the world', async (path) => {
    expect((await client.call('GET', path)).status).toBe(404);
  });
});

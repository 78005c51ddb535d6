import { eventually } from '@frontrow/testing/eventually';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { Client } from './client.ts';
import { gatewayUrl } from './system.ts';

let client: Client;
beforeAll(() => {
  client = new Client(gatewayUrl());
});

describe('the waiting room', () => {
  test('lets in as many as fit, in order, and the next when one has paid', async () => {
    const show = await client.announce();
    await client.setRoom(show.concertId, { capacity: 1 });
    const [first, second, third] = [await client.signIn('a'), await client.signIn('b'), await client.signIn('c')];
    const places = [
      await client.join(first, show.concertId),
      await client.join(second, show.concertId),
      await client.join(third, show.concertId),
    ];
    expect(places.map(({ status, body }) => [status, body.status, body.number, body.ahead])).toEqual([
      [201, 'ACTIVE', 1, 0],
      [201, 'WAITING', 2, 0],
      [201, 'WAITING', 3, 1],
    ]);
    expect(places[1]?.body).toMatchObject({ concertId: show.concertId, estimatedWaitSeconds: null });

    const [pass, ticket] = [places[0]?.body.token, places[1]?.body.token];
    expect(await client.seats(second, ticket, show.performanceId)).toMatchObject({
      status: 403,
      body: { code: 'NOT_YOUR_TURN' },
    });
    expect(await client.hold(second, ticket, show.performanceId, 1)).toMatchObject({
      status: 403,
      body: { code: 'NOT_YOUR_TURN' },
    });

    const held = await client.hold(first, pass, show.performanceId, 1);
    await client.charge(first, show.priceWon);
    await client.pay(first, held.body.id);
    const turn = await eventually(async () => {
      const place = await client.poll(second, ticket);
      return place.body.status === 'ACTIVE' && place;
    });
    expect(turn.body.number).toBe(2);
    expect((await client.poll(third, places[2]?.body.token)).body).toMatchObject({ status: 'WAITING', ahead: 0 });
    expect((await client.hold(second, turn.body.token, show.performanceId, 2)).status).toBe(201);
  });

  test('gives the same place to who asks again, and 304 to who knows it already', async () => {
    const show = await client.announce();
    await client.setRoom(show.concertId, { capacity: 0 });
    const buyer = await client.signIn('again');
    const first = await client.join(buyer, show.concertId);
    const second = await client.join(buyer, show.concertId);
    expect([first.status, second.status]).toEqual([201, 200]);
    expect(second.body.number).toBe(first.body.number);
    const polled = await client.poll(buyer, first.body.token);
    expect(polled.headers.get('retry-after')).toMatch(/^\d+$/);
    const etag = polled.headers.get('etag') as string;
    expect((await client.poll(buyer, first.body.token, { 'if-none-match': etag })).status).toBe(304);
  });

  test('frees the slot of who leaves, and refuses their token from then on', async () => {
    const show = await client.announce();
    await client.setRoom(show.concertId, { capacity: 1 });
    const [leaver, next] = [await client.signIn('leaver'), await client.signIn('next')];
    const pass = await client.enter(leaver, show.concertId);
    const waiting = await client.join(next, show.concertId);
    const left = await client.call('DELETE', '/v1/queue/tokens/me', { token: leaver.token, queueToken: pass });
    expect(left.status).toBe(204);
    expect((await client.poll(leaver, pass)).body.code).toBe('INVALID_TOKEN');
    await eventually(async () => (await client.poll(next, waiting.body.token)).body.status === 'ACTIVE', {
      withinMs: 1_000,
    });
  });

  test('refuses tokens of another concert, another user, and rubbish', async () => {
    const [show, other] = [await client.announce(), await client.announce()];
    const [buyer, thief] = [await client.signIn('buyer'), await client.signIn('thief')];
    const pass = await client.enter(buyer, show.concertId);
    const invalid = { status: 401, body: { code: 'INVALID_TOKEN' } };
    expect(await client.hold(buyer, pass, other.performanceId, 1)).toMatchObject(invalid);
    expect(await client.seats(buyer, pass, other.performanceId)).toMatchObject(invalid);
    expect(await client.hold(thief, pass, show.performanceId, 1)).toMatchObject(invalid);
    expect(await client.hold(buyer, `${pass}x`, show.performanceId, 1)).toMatchObject(invalid);
    expect(await client.hold(buyer, undefined, show.performanceId, 1)).toMatchObject(invalid);
    expect((await client.hold(buyer, pass, show.performanceId, 1)).status).toBe(201);
  });

  test('is steered by operators only', async () => {
    const show = await client.announce();
    const buyer = await client.signIn('buyer');
    const path = `/v1/queue/concerts/${show.concertId}`;
    const refused = await client.call('PUT', path, { token: buyer.token, body: { capacity: 5 } });
    expect(refused).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
    const drained = await client.setRoom(show.concertId, { mode: 'drain' });
    expect(drained).toMatchObject({ status: 200, body: { mode: 'drain', active: 0, waiting: 0 } });
    expect((await client.join(buyer, show.concertId)).body.code).toBe('QUEUE_CLOSED');
    await client.setRoom(show.concertId, { mode: 'hold' });
    expect((await client.join(buyer, show.concertId)).body.status).toBe('WAITING');
  });

  test('that is off shows the seat map to everyone', async () => {
    const show = await client.announce();
    const passer = await client.signIn('passer');
    expect((await client.seats(passer, undefined, show.performanceId)).body.code).toBe('INVALID_TOKEN');
    await client.setRoom(show.concertId, { mode: 'off' });
    await eventually(async () => (await client.seats(passer, undefined, show.performanceId)).status === 200);
  });
});

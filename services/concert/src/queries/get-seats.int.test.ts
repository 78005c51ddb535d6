import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { AnyMessageType, DataOf } from '@frontrow/contracts/message';
import { roomChanged, tokenExpired } from '@frontrow/contracts/queue';
import * as reservation from '@frontrow/contracts/reservation';
import { newId } from '@frontrow/service-kit/ids';
import type { Api } from '@frontrow/testing/api';
import { eventually } from '@frontrow/testing/eventually';
import { type Concerts, startConcerts } from '../testing/start-concerts.ts';

describe('the seat map', () => {
  let concerts: Concerts;
  let mina: Api;
  let concertId = '';
  let performanceId = '';
  let pass = '';
  beforeAll(async () => {
    concerts = await startConcerts({ instances: 2 });
    mina = await concerts.as('mina');
  });
  afterAll(() => concerts?.stop());
  beforeEach(async () => {
    concertId = await concerts.announce();
    performanceId = await concerts.schedule(concertId, { seats: 5 });
    pass = await concerts.passFor({ userId: 'mina', concertId });
  });

  const get = (as: Api = mina, token: string = pass, headers = {}) =>
    as.get(`/v1/performances/${performanceId}/seats`, { headers: { 'queue-token': token, ...headers } });
  const available = async (as?: Api): Promise<number[]> => (await get(as)).body.available;
  const untilAvailable = (expected: number[]) =>
    eventually(async () => JSON.stringify(await available()) === JSON.stringify(expected), { what: expected.join() });
  const hold = (...seats: number[]) => concerts.held(concertId, performanceId, ...seats);
  const event = <M extends AnyMessageType>(type: M, data: DataOf<M>) => concerts.probe.send('reservation', type, data);

  test('shows every seat free at first, and all that there is to know', async () => {
    const { status, body, headers } = await get();
    expect(status).toBe(200);
    const performAt = new Date(concerts.time.now.getTime() + 86_400_000).toISOString();
    expect(body).toEqual({ performanceId, performAt, totalSeats: 5, available: [1, 2, 3, 4, 5] });
    expect(headers.get('cache-control')).toBe('private, no-cache');
  });

  test('follows a reservation from hold to ticket, on every instance at once', async () => {
    const other = await concerts.as('mina', 1);
    expect([await available(), await available(other)]).toEqual([
      [1, 2, 3, 4, 5],
      [1, 2, 3, 4, 5],
    ]);
    const held = hold(2, 4);
    await event(reservation.seatsHeld, held);
    await untilAvailable([1, 3, 5]);
    expect(await available(other)).toEqual([1, 3, 5]);

    await event(reservation.reservationConfirmed, { ...held, paymentId: newId() });
    const stateOf = () => concerts.db('seat_states').where({ reservation_id: held.reservationId }).select('*');
    await eventually(async () => (await stateOf()).every(({ status }) => status === 'confirmed'));
    concerts.time.now = new Date(Date.parse(held.holdExpiresAt) + 1);
    expect(await available()).toEqual([1, 3, 5]);

    const holdExpiresAt = new Date(concerts.time.now.getTime() + 1_000).toISOString();
    const reopened = { ...held, paymentId: newId(), holdExpiresAt };
    await event(reservation.reservationReopened, reopened);
    await eventually(async () => (await stateOf()).every(({ status }) => status === 'held'));
    expect(await available()).toEqual([1, 3, 5]);

    const issued = { ...held, paymentId: newId(), ticketIds: [newId(), newId()] };
    await event(reservation.ticketsIssued, issued);
    await eventually(async () => (await stateOf()).every(({ status }) => status === 'issued'));
    concerts.time.now = new Date(Date.parse(holdExpiresAt) + 1);
    expect([await available(), await available(other)]).toEqual([
      [1, 3, 5],
      [1, 3, 5],
    ]);
  });

  test.each([
    ['released', reservation.holdReleased],
    ['expired', reservation.holdExpired],
    ['cancelled', reservation.reservationCancelled],
  ])('shows the seats of a reservation that was %s as free', async (_what, type) => {
    const held = hold(1);
    await event(reservation.seatsHeld, held);
    await untilAvailable([2, 3, 4, 5]);
    await event<AnyMessageType>(type, { ...held, paymentId: newId() });
    await untilAvailable([1, 2, 3, 4, 5]);
  });

  test('shows a seat free the moment its hold ends, before anybody says so', async () => {
    const first = hold(1);
    const second = { ...hold(2), holdExpiresAt: new Date(Date.parse(first.holdExpiresAt) + 1_000).toISOString() };
    await event(reservation.seatsHeld, first);
    await event(reservation.seatsHeld, second);
    await untilAvailable([3, 4, 5]);
    const etag = (await get()).headers.get('etag');
    concerts.time.now = new Date(Date.parse(first.holdExpiresAt) - 1);
    expect((await get()).headers.get('etag')).toBe(etag);
    concerts.time.now = new Date(first.holdExpiresAt);
    expect(await available()).toEqual([1, 3, 4, 5]);
    concerts.time.now = new Date(second.holdExpiresAt);
    expect(await available()).toEqual([1, 2, 3, 4, 5]);
    // The late word of it changes nothing.
    const { holdExpiresAt: _, ...over } = first;
    await event(reservation.holdExpired, over);
    await eventually(
      async () => !(await concerts.db('seat_states').where({ reservation_id: first.reservationId }).first()),
    );
    expect(await available()).toEqual([1, 2, 3, 4, 5]);
  });

  test('keeps a seat taken whose next hold is heard of before the end of the last', async () => {
    const [last, next] = [hold(3), hold(3)];
    await event(reservation.seatsHeld, last);
    await untilAvailable([1, 2, 4, 5]);
    await event(reservation.seatsHeld, next);
    const rows = () => concerts.db('seat_states').where({ performance_id: performanceId });
    await eventually(async () => (await rows()).length === 2);
    expect(await available()).toEqual([1, 2, 4, 5]);
    await event(reservation.holdExpired, last);
    await eventually(async () => (await rows()).length === 1);
    expect(await available()).toEqual([1, 2, 4, 5]);
    await event(reservation.holdReleased, next);
    await untilAvailable([1, 2, 3, 4, 5]);
  });

  test('has an ETag that changes when a seat does, and is the same on every instance', async () => {
    const first = await get();
    const etag = first.headers.get('etag') as string;
    expect(etag).toMatch(/^(W\/)?"[^",]+"$/);
    expect(await get(mina, pass, { 'if-none-match': etag })).toMatchObject({ status: 304, body: '' });
    const other = await concerts.as('mina', 1);
    expect((await get(other, pass, { 'if-none-match': `W/"x", ${etag}` })).status).toBe(304);
    const held = hold(5);
    await event(reservation.seatsHeld, held);
    await untilAvailable([1, 2, 3, 4]);
    const changed = await get(mina, pass, { 'if-none-match': etag });
    expect(changed.status).toBe(200);
    await event(reservation.holdReleased, held);
    await untilAvailable([1, 2, 3, 4, 5]);
    expect((await get(mina, pass, { 'if-none-match': etag })).status).toBe(304);
  });

  test('needs a pass of this user for this concert, and somebody who is known', async () => {
    const invalid = { status: 401, body: { code: 'INVALID_TOKEN' } };
    expect(await mina.get(`/v1/performances/${performanceId}/seats`)).toMatchObject(invalid);
    expect(await get(await concerts.as('jun'))).toMatchObject(invalid);
    expect(await get(mina, await concerts.passFor({ userId: 'mina', concertId: newId() }))).toMatchObject(invalid);
    expect(await get(mina, await concerts.passFor({ userId: 'mina', concertId, expiresInSeconds: -1 }))).toMatchObject(
      invalid,
    );
    expect(await get(mina, `${pass.slice(0, -4)}AAAA`)).toMatchObject(invalid);
    expect(await get(mina, 'forged')).toMatchObject(invalid);
    expect(await get(concerts.anonymous())).toMatchObject({ status: 401, body: { code: 'UNAUTHENTICATED' } });
  });

  test('is not shown to those who wait', async () => {
    const ticket = await concerts.passFor({ userId: 'mina', concertId, use: 'ticket' });
    expect(await get(mina, ticket)).toMatchObject({ status: 403, body: { code: 'NOT_YOUR_TURN' } });
  });

  test('is not shown for a pass that is spent, though its signature is still good', async () => {
    const spend = async (token: { tokenId: string; passesExpireAt: string }) => {
      const data = { ...token, concertId, userId: 'mina', number: 1, reason: 'paid' as const };
      await concerts.probe.send('queue', tokenExpired, { ...data, expiredAt: concerts.time.now.toISOString() });
    };
    const inSeconds = (seconds: number) => new Date(concerts.time.now.getTime() + seconds * 1_000).toISOString();
    const tokenId = newId();
    const spent = await concerts.passFor({ userId: 'mina', concertId, tokenId });
    expect((await get(mina, spent)).status).toBe(200);
    await spend({ tokenId, passesExpireAt: inSeconds(600) });
    await eventually(async () => (await get(mina, spent)).body.code === 'INVALID_TOKEN');
    expect((await get()).status).toBe(200);

    // Once signatures have ended, nobody needs to remember what was spent.
    concerts.time.now = new Date(concerts.time.now.getTime() + 601_000);
    await spend({ tokenId: newId(), passesExpireAt: inSeconds(600) });
    await eventually(async () => !(await concerts.db('spent_tokens').where({ token_id: tokenId }).first()));
  });

  test('is public while the waiting room is off', async () => {
    const room = { concertId, capacity: 500, passSeconds: 600, claimSeconds: 60, changedBy: 'operator-kim' };
    const change = (mode: 'open' | 'off') =>
      concerts.probe.send('queue', roomChanged, { ...room, mode, changedAt: concerts.time.now.toISOString() });
    const anonymous = () => concerts.anonymous().get(`/v1/performances/${performanceId}/seats`);
    await change('off');
    await eventually(async () => (await anonymous()).status === 200);
    expect((await get(await concerts.as('jun'), 'forged')).status).toBe(200);
    await change('open');
    await eventually(async () => (await anonymous()).status === 401);
  });

  test('is not there for a performance that isn’t', async () => {
    performanceId = newId();
    expect(await get()).toMatchObject({ status: 404, body: { code: 'PERFORMANCE_NOT_FOUND' } });
    performanceId = 'x';
    expect(await get()).toMatchObject({ status: 400, body: { code: 'ILLEGAL_ARGUMENTS' } });
  });
});

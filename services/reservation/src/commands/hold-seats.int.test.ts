import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { performanceScheduled } from '@frontrow/contracts/concert';
import { tokenExpired } from '@frontrow/contracts/queue';
import { seatsHeld } from '@frontrow/contracts/reservation';
import { pointsCharged, pointsDebited } from '@frontrow/contracts/wallet';
import { newId } from '@frontrow/service-kit/ids';
import { eventually } from '@frontrow/testing/eventually';
import { startTestQueueKeys } from '@frontrow/testing/queue-keys';
import { type Reservations, startReservations, withoutSweeper } from '../testing/start-reservations.ts';

let reservations: Reservations;
beforeAll(async () => {
  reservations = await startReservations({ overrides: withoutSweeper });
});
afterAll(() => reservations?.stop());

const heldEvent = (reservationId: string) =>
  eventually(() => reservations.probe.seen(seatsHeld).find(({ key }) => key === reservationId), {
    what: `seats-held of ${reservationId}`,
  });

/** Nothing may be left of a refused hold. */
const expectNoTrace = async (userId: string) => {
  expect(await reservations.db('reservations').where({ user_id: userId })).toEqual([]);
  expect(await reservations.db('seat_quotas').where({ user_id: userId })).toEqual([]);
};

describe('holding seats', () => {
  test('answers the reservation with its tickets, and tells the others', async () => {
    const concertId = newId();
    const performanceId = await reservations.performance({ concertId, policies: { holdSeconds: 120 } });
    const pass = await reservations.queue.passFor({ userId: 'mina', concertId, tokenId: 'place-4182' });
    const answer = await reservations.hold('mina', [{ performanceId, seat: 17, reserverName: '김미나' }], { pass });

    expect(answer).toMatchObject({
      status: 201,
      body: {
        status: 'HELD',
        concertId,
        amountWon: 88_000,
        tickets: [
          {
            concertName: 'Winter Night',
            performanceId,
            performanceName: 'Christmas Eve',
            performAt: '2099-12-24T10:00:00.000Z',
            seat: 17,
            priceWon: 88_000,
            reserverName: '김미나',
            status: 'HELD',
          },
        ],
      },
    });
    const { id, holdExpiresAt, createdAt } = answer.body;
    expect(answer.headers.get('location')).toBe(`/v1/reservations/${id}`);
    expect(Date.parse(holdExpiresAt) - Date.parse(createdAt)).toBe(120_000);
    expect((await heldEvent(id)).data).toEqual({
      reservationId: id,
      userId: 'mina',
      concertId,
      queueTokenId: 'place-4182',
      seats: [{ performanceId, seat: 17 }],
      holdExpiresAt,
      amountWon: 88_000,
      expireTokenOn: 'payment',
    });
    const mina = await reservations.as('mina');
    expect((await mina.get(`/v1/reservations/${id}`)).body).toEqual(answer.body);
  });

  test('takes several seats of several performances of one concert, at the sum of their prices', async () => {
    const concertId = newId();
    const policies = { maxSeatsPerUser: 3 };
    const eve = await reservations.performance({ concertId, policies, priceWon: 100_000 });
    const day = await reservations.performance({ concertId, policies, priceWon: 50_000, name: 'Christmas Day' });
    const seats = [
      { performanceId: day, seat: 9 },
      { performanceId: eve, seat: 2, reserverName: 'Jun' },
      { performanceId: eve, seat: 1 },
    ];
    const { status, body } = await reservations.hold('jun', seats);
    expect(status).toBe(201);
    expect(body.amountWon).toBe(250_000);
    expect(body.tickets).toMatchObject([
      { performanceId: day, seat: 9, performanceName: 'Christmas Day', reserverName: null },
      { performanceId: eve, seat: 2, reserverName: 'Jun' },
      { performanceId: eve, seat: 1 },
    ]);
  });

  test('is all or nothing', async () => {
    const performanceId = await reservations.performance({ policies: { maxSeatsPerUser: 3 } });
    await reservations.hold('first', [{ performanceId, seat: 2 }]);
    const seats = [1, 2, 3].map((seat) => ({ performanceId, seat }));
    expect(await reservations.hold('second', seats)).toMatchObject({ status: 409, body: { code: 'ALREADY_TAKEN' } });
    await expectNoTrace('second');
    expect(await reservations.db('seat_claims').where({ performance_id: performanceId })).toHaveLength(1);
  });

  test('is refused in Korean first', async () => {
    const performanceId = await reservations.performance();
    await reservations.hold('early', [{ performanceId, seat: 1 }]);
    const answer = await reservations.hold('late', [{ performanceId, seat: 1 }]);
    expect(answer.body).toMatchObject({ code: 'ALREADY_TAKEN', title: '이미 선점된 좌석입니다.' });
  });

  test('knows a performance that is announced while it is asked for', async () => {
    const [performanceId, concertId] = [newId(), newId()];
    const pass = await reservations.queue.passFor({ userId: 'eager', concertId });
    const answer = reservations.hold('eager', [{ performanceId, seat: 1 }], { pass });
    await reservations.probe.send('concert', performanceScheduled, {
      ...performanceScheduled.data.parse(performanceScheduled.example),
      performAt: '2099-12-24T10:00:00.000Z',
      performanceId,
      concertId,
    });
    expect((await answer).status).toBe(201);
  });
});

describe('a hold is refused', () => {
  test.each([
    ['no seat', []],
    ['a seat 0', [{ performanceId: newId(), seat: 0 }]],
    ['half a seat', [{ performanceId: newId(), seat: 1.5 }]],
    ['an id that is none', [{ performanceId: 'eve', seat: 1 }]],
    ['a name of spaces', [{ performanceId: newId(), seat: 1, reserverName: '  ' }]],
    ['unknown fields', [{ performanceId: newId(), seat: 1, priceWon: 1 }]],
  ])('for %s', async (_what, seats) => {
    expect(await reservations.hold('careless', seats)).toMatchObject({
      status: 400,
      body: { code: 'ILLEGAL_ARGUMENTS' },
    });
  });

  test('for the same seat twice', async () => {
    const performanceId = await reservations.performance({ policies: { maxSeatsPerUser: 2 } });
    const twice = [
      { performanceId, seat: 1 },
      { performanceId: performanceId.toUpperCase(), seat: 1 },
    ];
    expect(await reservations.hold('doubler', twice)).toMatchObject({
      status: 400,
      body: { code: 'ILLEGAL_ARGUMENTS' },
    });
  });

  test('for an unknown performance, after it was waited for', async () => {
    expect(await reservations.hold('lost', [{ performanceId: newId(), seat: 1 }])).toMatchObject({
      status: 404,
      body: { code: 'PERFORMANCE_NOT_FOUND' },
    });
  });

  test('for a seat beyond the last one', async () => {
    const performanceId = await reservations.performance({ totalSeats: 10 });
    const beyond = await reservations.hold('far', [{ performanceId, seat: 11 }]);
    expect(beyond).toMatchObject({ status: 404, body: { code: 'SEAT_NOT_FOUND' } });
    expect((await reservations.hold('far', [{ performanceId, seat: 10 }])).status).toBe(201);
  });

  test('once the performance has begun', async () => {
    const performanceId = await reservations.performance({ performAt: '2020-01-01T00:00:00.000Z' });
    expect(await reservations.hold('tardy', [{ performanceId, seat: 1 }])).toMatchObject({
      status: 409,
      body: { code: 'PERFORMANCE_STARTED' },
    });
  });

  test('beyond maxSeatsPerUser, over all performances of the concert', async () => {
    const concertId = newId();
    const [eve, day] = [await reservations.performance({ concertId }), await reservations.performance({ concertId })];
    const another = await reservations.performance();
    const limit = { status: 409, body: { code: 'SEAT_LIMIT_EXCEEDED' } };
    const both = [
      { performanceId: eve, seat: 1 },
      { performanceId: eve, seat: 2 },
    ];
    expect(await reservations.hold('fan', both)).toMatchObject(limit);
    await expectNoTrace('fan');
    expect((await reservations.hold('fan', both.slice(0, 1))).status).toBe(201);
    expect(await reservations.hold('fan', [{ performanceId: day, seat: 1 }])).toMatchObject(limit);
    expect((await reservations.hold('fan', [{ performanceId: another, seat: 1 }])).status).toBe(201);
  });

  test('without enough points, where the concert asks for them', async () => {
    const performanceId = await reservations.performance({ policies: { requireBalanceAtHold: true } });
    const short = { status: 409, body: { code: 'OUT_OF_BUDGET' } };
    const entry = { userId: 'saver', entryId: newId(), amountWon: 88_000 };
    expect(await reservations.hold('saver', [{ performanceId, seat: 1 }])).toMatchObject(short);
    await expectNoTrace('saver');

    // The newest entry counts, in whatever order the entries come.
    const debit = { ...entry, entryNumber: 2, amountWon: 1, balanceWon: 87_999, paymentId: newId() };
    await reservations.probe.send('wallet', pointsDebited, debit);
    const charge = { ...entry, entryNumber: 1, balanceWon: 88_000 };
    const { id } = await reservations.probe.send('wallet', pointsCharged, charge);
    await eventually(() => reservations.db('inbox').where({ message_id: id }).first());
    expect(await reservations.hold('saver', [{ performanceId, seat: 1 }])).toMatchObject(short);

    // The hold does not wait for the test to see the charge arrive: it waits for it itself.
    await reservations.probe.send('wallet', pointsCharged, { ...entry, entryNumber: 3, balanceWon: 88_000 });
    expect((await reservations.hold('saver', [{ performanceId, seat: 1 }])).status).toBe(201);
  });

  test('without a key, or with one that was used for something else', async () => {
    const performanceId = await reservations.performance();
    const sora = await reservations.as('sora');
    const body = { seats: [{ performanceId, seat: 1 }] };
    expect(await sora.post('/v1/reservations', { body, headers: { 'queue-token': 'any' } })).toMatchObject({
      status: 400,
      body: { code: 'IDEMPOTENCY_KEY_REQUIRED' },
    });
    const key = newId();
    expect((await reservations.hold('sora', body.seats, { key })).status).toBe(201);
    expect(await reservations.hold('sora', [{ performanceId, seat: 2 }], { key })).toMatchObject({
      status: 422,
      body: { code: 'IDEMPOTENCY_KEY_REUSED' },
    });
  });
});

describe('repeating a request under its key', () => {
  test('gives the same answer and holds once', async () => {
    const performanceId = await reservations.performance();
    const key = newId();
    const first = await reservations.hold('again', [{ performanceId, seat: 1 }], { key });
    const second = await reservations.hold('again', [{ performanceId, seat: 1 }], { key });
    expect(second.status).toBe(201);
    expect(second.body).toEqual(first.body);
    expect(second.headers.get('idempotent-replayed')).toBe('true');
    expect(second.headers.get('location')).toBe(first.headers.get('location'));
  });

  test('gives the refusal again, though the seat is free by now', async () => {
    const performanceId = await reservations.performance();
    const key = newId();
    const owner = await reservations.hold('owner', [{ performanceId, seat: 1 }]);
    const refused = await reservations.hold('waiter', [{ performanceId, seat: 1 }], { key });
    await (await reservations.as('owner')).delete(`/v1/reservations/${owner.body.id}`);
    const again = await reservations.hold('waiter', [{ performanceId, seat: 1 }], { key });
    expect(again).toMatchObject({ status: 409, body: refused.body });
    expect((await reservations.hold('waiter', [{ performanceId, seat: 1 }])).status).toBe(201);
  });

  test('gives the hold again when the pass was spent by it', async () => {
    const concertId = newId();
    const performanceId = await reservations.performance({ concertId, policies: { expireTokenOn: 'hold' } });
    const [key, tokenId] = [newId(), newId()];
    const pass = await reservations.queue.passFor({ userId: 'once', concertId, tokenId });
    const first = await reservations.hold('once', [{ performanceId, seat: 1 }], { key, pass });
    expect((await heldEvent(first.body.id)).data.expireTokenOn).toBe('hold');
    await spend(tokenId, 'once', concertId);
    const again = await reservations.hold('once', [{ performanceId, seat: 1 }], { key, pass });
    expect(again).toMatchObject({ status: 201, body: first.body });
  });
});

const spend = async (tokenId: string, userId: string, concertId: string) => {
  await reservations.probe.send('queue', tokenExpired, {
    ...tokenExpired.example,
    tokenId,
    userId,
    concertId,
    passesExpireAt: new Date(Date.now() + 600_000).toISOString(),
  });
  await eventually(() => reservations.db('spent_tokens').where({ token_id: tokenId }).first());
};

describe('a queue token', () => {
  const invalid = { status: 401, body: { code: 'INVALID_TOKEN' } };
  let concertId: string;
  let performanceId: string;
  beforeAll(async () => {
    concertId = newId();
    performanceId = await reservations.performance({ concertId });
  });

  const holdWith = (pass: string, userId = 'visitor', key = newId()) =>
    reservations.hold(userId, [{ performanceId, seat: 1 }], { pass, key });

  test('that still waits is told so', async () => {
    const ticket = await reservations.queue.passFor({ userId: 'visitor', concertId, use: 'ticket' });
    expect(await holdWith(ticket)).toMatchObject({ status: 403, body: { code: 'NOT_YOUR_TURN' } });
  });

  test('is needed', async () => {
    const visitor = await reservations.as('visitor');
    const body = { seats: [{ performanceId, seat: 1 }] };
    const answer = await visitor.post('/v1/reservations', { body, headers: { 'idempotency-key': newId() } });
    expect(answer).toMatchObject(invalid);
  });

  test.each<[string, () => Promise<string>]>([
    ['of another concert', () => reservations.queue.passFor({ userId: 'visitor', concertId: newId() })],
    ['of another user', () => reservations.queue.passFor({ userId: 'friend', concertId })],
    ['that has expired', () => reservations.queue.passFor({ userId: 'visitor', concertId, expiresInSeconds: -1 })],
    ['that is no token', async () => 'let-me-in'],
    [
      'that somebody else signed',
      async () => {
        const forger = await startTestQueueKeys();
        const forged = await forger.passFor({ userId: 'visitor', concertId });
        await forger.stop();
        return forged;
      },
    ],
  ])('%s is refused', async (_what, pass) => {
    expect(await holdWith(await pass())).toMatchObject(invalid);
  });

  test('is good for the performances of its own concert only', async () => {
    const elsewhere = await reservations.performance({ policies: { maxSeatsPerUser: 2 } });
    const seats = [
      { performanceId, seat: 1 },
      { performanceId: elsewhere, seat: 1 },
    ];
    expect(await reservations.hold('visitor', seats)).toMatchObject(invalid);
    expect(await reservations.hold('visitor', seats.toReversed())).toMatchObject(invalid);
  });

  test('that is spent is refused, and the same key works with a new pass', async () => {
    const [tokenId, key] = [newId(), newId()];
    const pass = await reservations.queue.passFor({ userId: 'visitor', concertId, tokenId });
    await spend(tokenId, 'visitor', concertId);
    expect(await holdWith(pass, 'visitor', key)).toMatchObject(invalid);
    await expectNoTrace('visitor');
    const better = await reservations.queue.passFor({ userId: 'visitor', concertId });
    expect((await holdWith(better, 'visitor', key)).status).toBe(201);
  });
});

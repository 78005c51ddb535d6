import { randomUUID } from 'node:crypto';
import { eventually } from '@frontrow/testing/eventually';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { Client, tally } from './client.ts';
import { gatewayUrl } from './system.ts';

let client: Client;
beforeAll(() => {
  client = new Client(gatewayUrl());
});

/** A buyer with a pass and a held seat. */
async function buyerWithHold(policies: Record<string, unknown> = {}) {
  const show = await client.announce(policies);
  const buyer = await client.signIn('buyer');
  const pass = await client.enter(buyer, show.concertId);
  const held = await client.hold(buyer, pass, show.performanceId, 17);
  expect(held).toMatchObject({ status: 201 });
  return { show, buyer, pass, reservation: held.body };
}

describe('a purchase', () => {
  test('goes from the line to an issued ticket', async () => {
    const { show, buyer, pass, reservation } = await buyerWithHold();
    expect(reservation).toMatchObject({ status: 'HELD', amountWon: 50_000, tickets: [{ seat: 17, status: 'HELD' }] });
    expect(await client.charge(buyer, 70_000)).toMatchObject({ status: 201, body: { balanceWon: 70_000 } });

    const paid = await client.pay(buyer, reservation.id);
    expect(paid).toMatchObject({
      status: 201,
      body: {
        status: 'COMPLETED',
        amountWon: 50_000,
        balanceWon: 20_000,
        tickets: [{ performanceId: show.performanceId, seat: 17, status: 'ISSUED', concertName: 'Winter Night' }],
      },
    });
    expect(await client.timeline(buyer, paid.body.id)).toEqual([
      'STARTED',
      'COMMAND confirm-reservation',
      'REPLY confirm-reservation',
      'COMMAND debit-points',
      'REPLY debit-points',
      'COMMAND expire-token',
      'REPLY expire-token',
      'COMPLETED',
    ]);
    const issued = await eventually(
      async () => {
        const { body } = await client.reservation(buyer, reservation.id);
        return body.status === 'ISSUED' && body;
      },
      { what: 'the ticket to be issued' },
    );
    expect(issued).toMatchObject({ holdExpiresAt: null, tickets: [{ status: 'ISSUED' }] });
    expect(await client.poll(buyer, pass)).toMatchObject({ status: 401, body: { code: 'INVALID_TOKEN' } });
    const history = await client.call('GET', '/v1/payments', { token: buyer.token });
    expect(history.body.items).toMatchObject([{ id: paid.body.id, status: 'COMPLETED' }]);
    const entries = await client.call('GET', '/v1/wallet/entries', { token: buyer.token });
    expect(entries.body.items).toMatchObject([
      { kind: 'DEBIT', amountWon: -50_000, paymentId: paid.body.id },
      { kind: 'CHARGE', amountWon: 70_000 },
    ]);
  });

  test('refuses a spent pass at reservation and at the seat map within a second', async () => {
    const { show, buyer, pass, reservation } = await buyerWithHold();
    await client.charge(buyer, 50_000);
    await client.pay(buyer, reservation.id);
    for (const use of [
      () => client.hold(buyer, pass, show.performanceId, 18),
      () => client.seats(buyer, pass, show.performanceId),
    ]) {
      const refused = await eventually(async () => (await use()).body.code === 'INVALID_TOKEN', { withinMs: 1_000 });
      expect(refused).toBe(true);
    }
  });

  test('without enough points is declined, undone, and can be paid again', async () => {
    const { buyer, reservation } = await buyerWithHold();
    await client.charge(buyer, 49_999);
    const declined = await client.pay(buyer, reservation.id);
    expect(declined).toMatchObject({
      status: 201,
      body: { status: 'FAILED', code: 'OUT_OF_BUDGET', balanceWon: 49_999 },
    });
    expect(Date.parse(declined.body.holdExpiresAt)).toBeLessThanOrEqual(Date.parse(reservation.holdExpiresAt) + 5_000);
    expect(await client.timeline(buyer, declined.body.id)).toEqual([
      'STARTED',
      'COMMAND confirm-reservation',
      'REPLY confirm-reservation',
      'COMMAND debit-points',
      'REFUSAL debit-points',
      'COMPENSATION reopen-reservation',
      'COMPENSATED reopen-reservation',
      'FAILED',
    ]);
    expect((await client.reservation(buyer, reservation.id)).body.status).toBe('HELD');
    expect((await client.wallet(buyer)).body.balanceWon).toBe(49_999);
    await client.charge(buyer, 10);
    expect((await client.pay(buyer, reservation.id)).body).toMatchObject({ status: 'COMPLETED', balanceWon: 9 });
  });

  test('debits once when one reservation is paid ten times at once under different keys', async () => {
    const { buyer, reservation } = await buyerWithHold();
    await client.charge(buyer, 1_000_000);
    const answers = await Promise.all(Array.from({ length: 10 }, () => client.pay(buyer, reservation.id)));
    const counts = tally(answers);
    expect(counts[201]).toBe(1);
    expect((counts.PAYMENT_IN_PROGRESS ?? 0) + (counts.ALREADY_PAID ?? 0)).toBe(9);
    expect((await client.wallet(buyer)).body.balanceWon).toBe(950_000);
  });

  test('answers the same when it is asked for twice under one key', async () => {
    const { buyer, reservation } = await buyerWithHold();
    await client.charge(buyer, 60_000);
    const key = randomUUID();
    const [first, second] = await Promise.all([
      client.pay(buyer, reservation.id, key),
      client.pay(buyer, reservation.id, key),
    ]);
    const third = await client.pay(buyer, reservation.id, key);
    expect(first.status).toBe(201);
    expect(second).toMatchObject({ status: 201, body: first.body });
    expect(third).toMatchObject({ status: 201, body: first.body });
    expect((await client.wallet(buyer)).body.balanceWon).toBe(10_000);
    const other = await client.pay(buyer, randomUUID(), key);
    expect(other).toMatchObject({ status: 422, body: { code: 'IDEMPOTENCY_KEY_REUSED' } });
  });

  test('answers 202 with Location when the buyer does not want to wait', async () => {
    const { buyer, reservation } = await buyerWithHold();
    await client.charge(buyer, 50_000);
    const asked = await client.call('POST', '/v1/payments', {
      token: buyer.token,
      key: randomUUID(),
      body: { reservationId: reservation.id },
      headers: { prefer: 'wait=0' },
    });
    expect(asked).toMatchObject({ status: 202, body: { status: 'PENDING' } });
    const location = asked.headers.get('location') as string;
    await eventually(async () => {
      const { body } = await client.call('GET', location, { token: buyer.token });
      return body.status === 'COMPLETED';
    });
  });

  test('takes parts that add up to the price, and refuses others before anything is done', async () => {
    const { buyer, reservation } = await buyerWithHold();
    await client.charge(buyer, 50_000);
    const parts = (amountWon: number) => ({
      payments: [
        { method: 'POINT', amountWon: 20_000 },
        { method: 'POINT', amountWon },
      ],
    });
    const short = await client.pay(buyer, reservation.id, randomUUID(), parts(29_999));
    expect(short).toMatchObject({ status: 409, body: { code: 'AMOUNT_MISMATCH' } });
    const exact = await client.pay(buyer, reservation.id, randomUUID(), parts(30_000));
    expect(exact).toMatchObject({ status: 201, body: { status: 'COMPLETED', ...parts(30_000) } });
  });

  test('of nothing, of another’s reservation and of an expired hold is refused', async () => {
    const { reservation } = await buyerWithHold();
    const stranger = await client.signIn('stranger');
    await client.charge(stranger, 50_000);
    const refusal = { status: 404, body: { code: 'RESERVATION_NOT_FOUND' } };
    expect(await client.pay(stranger, randomUUID())).toMatchObject(refusal);
    expect(await client.pay(stranger, reservation.id)).toMatchObject(refusal);
    expect((await client.wallet(stranger)).body.balanceWon).toBe(50_000);

    const late = await buyerWithHold({ holdSeconds: 1 });
    await client.charge(late.buyer, 50_000);
    await eventually(() => Date.now() > Date.parse(late.reservation.holdExpiresAt));
    expect(await client.pay(late.buyer, late.reservation.id)).toMatchObject({
      status: 409,
      body: { code: 'HOLD_EXPIRED' },
    });
  });
});

describe('the policies of a concert', () => {
  test('onFailedPayment: cancel gives the seats back when a payment is declined', async () => {
    const { show, buyer, pass, reservation } = await buyerWithHold({ onFailedPayment: 'cancel' });
    const declined = await client.pay(buyer, reservation.id);
    expect(declined.body).toMatchObject({
      status: 'FAILED',
      code: 'OUT_OF_BUDGET',
      tickets: [{ status: 'CANCELLED' }],
    });
    expect((await client.reservation(buyer, reservation.id)).body.status).toBe('CANCELLED');
    await eventually(async () => (await client.seats(buyer, pass, show.performanceId)).body.available.includes(17));
  });

  test('expireTokenOn: hold spends the pass with the hold, and the hold can still be paid', async () => {
    const { buyer, pass, reservation } = await buyerWithHold({ expireTokenOn: 'hold' });
    await eventually(async () => (await client.poll(buyer, pass)).body.code === 'INVALID_TOKEN');
    await client.charge(buyer, 50_000);
    expect((await client.pay(buyer, reservation.id)).body.status).toBe('COMPLETED');
  });

  test('requireBalanceAtHold refuses a hold that the wallet can’t pay', async () => {
    const show = await client.announce({ requireBalanceAtHold: true });
    const buyer = await client.signIn('buyer');
    const pass = await client.enter(buyer, show.concertId);
    expect((await client.hold(buyer, pass, show.performanceId, 3)).body.code).toBe('OUT_OF_BUDGET');
    await client.charge(buyer, 50_000);
    await eventually(async () => (await client.hold(buyer, pass, show.performanceId, 3)).status === 201);
  });

  test('maxSeatsPerUser: one seat unless the concert allows more', async () => {
    const { show, buyer, pass } = await buyerWithHold();
    expect((await client.hold(buyer, pass, show.performanceId, 18)).body.code).toBe('SEAT_LIMIT_EXCEEDED');

    const group = await client.announce({ maxSeatsPerUser: 3 });
    const family = await client.signIn('family');
    const familyPass = await client.enter(family, group.concertId);
    expect((await client.hold(family, familyPass, group.performanceId, 1, 2, 3, 4)).body.code).toBe(
      'SEAT_LIMIT_EXCEEDED',
    );
    const three = await client.hold(family, familyPass, group.performanceId, 1, 2, 3);
    expect(three).toMatchObject({ status: 201, body: { amountWon: 150_000 } });
    await client.charge(family, 150_000);
    expect((await client.pay(family, three.body.id)).body).toMatchObject({ status: 'COMPLETED', balanceWon: 0 });
  });
});

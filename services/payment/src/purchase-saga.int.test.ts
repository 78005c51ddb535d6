import { randomUUID } from 'node:crypto';
import { paymentCompleted, paymentFailed, paymentRequested } from '@frontrow/contracts/payment';
import { expireToken } from '@frontrow/contracts/queue';
import {
  cancelReservation,
  confirmReservation,
  reopenReservation,
  reservationExample,
} from '@frontrow/contracts/reservation';
import { debitPoints, refundPoints } from '@frontrow/contracts/wallet';
import { eventually } from '@frontrow/testing/eventually';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startPayments } from './testing/start-payments.ts';

let payments: Awaited<ReturnType<typeof startPayments>>;
beforeAll(async () => {
  payments = await startPayments({ instances: 2 });
});
afterAll(() => payments?.stop());

const price = (paymentId: string, onFailedPayment: 'keep' | 'cancel' = 'keep') => ({
  paymentId,
  outcome: 'done' as const,
  concertId: randomUUID(),
  queueTokenId: 'q-1-abc',
  amountWon: 88_000,
  onFailedPayment,
  tickets: reservationExample.tickets,
});

/** Asks for a payment without waiting for its end. */
async function request(instance = 0) {
  const buyer = await payments.as('mina', instance);
  const body = { reservationId: randomUUID() };
  const { body: payment } = await buyer.post('/v1/payments', {
    headers: { 'idempotency-key': randomUUID(), prefer: 'wait=0' },
    body,
  });
  return { buyer, id: payment.id as string, ...body };
}

async function confirmed(onFailedPayment?: 'keep' | 'cancel') {
  const payment = await request();
  const command = await payments.command(confirmReservation, payment.id);
  await payments.answer('reservation', confirmReservation, command, price(payment.id, onFailedPayment));
  return payment;
}

const timeline = async ({ buyer, id }: { buyer: Awaited<ReturnType<typeof payments.as>>; id: string }) => {
  const { body } = await buyer.get(`/v1/payments/${id}/timeline`);
  return body.items.map((item: { kind: string; step: string | null }) => `${item.kind} ${item.step ?? ''}`.trim());
};

const ended = ({ buyer, id }: { buyer: Awaited<ReturnType<typeof payments.as>>; id: string }) =>
  eventually(async () => {
    const { body } = await buyer.get(`/v1/payments/${id}`);
    return body.status !== 'PENDING' && body;
  });

describe('the purchase saga', () => {
  test('answers 201 from whichever instance has the request, wherever the last reply arrives', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 12 }, async (_, i) => {
        const buyer = await payments.as('mina', i % 2);
        const reservationId = randomUUID();
        const asked = buyer.post('/v1/payments', {
          headers: { 'idempotency-key': randomUUID(), prefer: 'wait=10' },
          body: { reservationId },
        });
        const confirm = await eventually(() =>
          payments.probe.seen(confirmReservation).find(({ data }) => data.reservationId === reservationId),
        );
        const { paymentId } = confirm.data;
        await payments.answer('reservation', confirmReservation, confirm, price(paymentId));
        const debit = await payments.command(debitPoints, paymentId);
        expect(debit.data).toEqual({ paymentId, userId: 'mina', amountWon: 88_000 });
        await payments.answer('wallet', debitPoints, debit, { paymentId, outcome: 'done', balanceWon: 12_000 });
        const expire = await payments.command(expireToken, paymentId);
        await payments.answer('queue', expireToken, expire, { paymentId, outcome: 'done' });
        return asked;
      }),
    );
    for (const { status, body } of outcomes) {
      expect(status).toBe(201);
      expect(body).toMatchObject({ status: 'COMPLETED', amountWon: 88_000, balanceWon: 12_000 });
      await eventually(() => payments.probe.seen(paymentCompleted).some(({ key }) => key === body.id));
    }
    expect(payments.probe.seen(paymentRequested).length).toBeGreaterThanOrEqual(12);
  }, 30_000);

  test('answers the refusal when the reservation refuses, and keeps the payment as failed', async () => {
    const buyer = await payments.as('mina');
    const reservationId = randomUUID();
    const asked = buyer.post('/v1/payments', { headers: { 'idempotency-key': randomUUID() }, body: { reservationId } });
    const confirm = await eventually(() =>
      payments.probe.seen(confirmReservation).find(({ data }) => data.reservationId === reservationId),
    );
    const { paymentId } = confirm.data;
    await payments.answer('reservation', confirmReservation, confirm, {
      paymentId,
      outcome: 'refused',
      code: 'HOLD_EXPIRED',
    });
    expect(await asked).toMatchObject({ status: 409, body: { code: 'HOLD_EXPIRED', paymentId } });
    expect((await buyer.get(`/v1/payments/${paymentId}`)).body).toMatchObject({
      status: 'FAILED',
      code: 'HOLD_EXPIRED',
    });
    expect(payments.probe.seen(reopenReservation).some((message) => message.correlationId === paymentId)).toBe(false);
  });

  test('has the compensation in its row before the command of the step is on Kafka', async () => {
    const payment = await confirmed();
    await payments.command(debitPoints, payment.id);
    const [saga] = await payments.db('sagas').where({ id: payment.id }).select('undo', 'status');
    expect(saga).toEqual({ undo: [0, 1], status: 'RUNNING' });
  });

  test('cancels the reservation instead of reopening it where the concert wants that', async () => {
    const payment = await confirmed('cancel');
    const debit = await payments.command(debitPoints, payment.id);
    await payments.answer('wallet', debitPoints, debit, {
      paymentId: payment.id,
      outcome: 'refused',
      code: 'OUT_OF_BUDGET',
      balanceWon: 5,
    });
    const cancel = await payments.command(cancelReservation, payment.id);
    await payments.answer('reservation', cancelReservation, cancel, { paymentId: payment.id, outcome: 'done' });
    expect(await ended(payment)).toMatchObject({ status: 'FAILED', code: 'OUT_OF_BUDGET', balanceWon: 5 });
    await eventually(() => payments.probe.seen(paymentFailed).some(({ key }) => key === payment.id));
  });

  test('undoes an unanswered debit and the confirmation when the deadline passes, and a late answer changes nothing', async () => {
    const payment = await confirmed();
    const { id: paymentId } = payment;
    const debit = await payments.command(debitPoints, paymentId);
    payments.passTime(21_000);
    const refund = await payments.command(refundPoints, paymentId);
    await payments.answer('wallet', debitPoints, debit, { paymentId, outcome: 'done', balanceWon: 0 });
    await eventually(async () => (await timeline(payment)).includes('IGNORED'));
    await payments.answer('wallet', refundPoints, refund, {
      paymentId,
      outcome: 'done',
      refundedWon: 88_000,
      balanceWon: 100_000,
    });
    const reopen = await payments.command(reopenReservation, paymentId);
    await payments.answer('reservation', reopenReservation, reopen, {
      paymentId,
      outcome: 'done',
      holdExpiresAt: '2036-01-01T00:00:00.000Z',
    });
    expect(await ended(payment)).toMatchObject({
      status: 'FAILED',
      code: 'PAYMENT_TIMED_OUT',
      balanceWon: 100_000,
      holdExpiresAt: '2036-01-01T00:00:00.000Z',
    });
    expect(await timeline(payment)).toEqual([
      'STARTED',
      'COMMAND confirm-reservation',
      'REPLY confirm-reservation',
      'COMMAND debit-points',
      'DEADLINE debit-points',
      'COMPENSATION refund-points',
      'IGNORED',
      'COMPENSATED refund-points',
      'COMPENSATION reopen-reservation',
      'COMPENSATED reopen-reservation',
      'FAILED',
    ]);
  }, 30_000);

  test('only goes forward after the debit: expire-token is sent again until it is answered', async () => {
    const payment = await confirmed();
    const { id: paymentId } = payment;
    const debit = await payments.command(debitPoints, paymentId);
    await payments.answer('wallet', debitPoints, debit, { paymentId, outcome: 'done', balanceWon: 0 });
    await payments.command(expireToken, paymentId);
    payments.passTime(6_000);
    const again = await payments.command(expireToken, paymentId, 1);
    await payments.answer('queue', expireToken, again, { paymentId, outcome: 'done' });
    expect(await ended(payment)).toMatchObject({ status: 'COMPLETED' });
    expect(await timeline(payment)).toContain('RETRIED expire-token');
  }, 30_000);

  test('ignores a reply for another command, and handles a reply that comes twice once', async () => {
    const payment = await request();
    const confirm = await payments.command(confirmReservation, payment.id);
    const foreign = { ...confirm, id: randomUUID() };
    await payments.answer('reservation', confirmReservation, foreign, {
      paymentId: payment.id,
      outcome: 'refused',
      code: 'HOLD_EXPIRED',
    });
    await eventually(async () => (await timeline(payment)).includes('IGNORED'));
    const reply = await payments.answer('reservation', confirmReservation, confirm, price(payment.id));
    await payments.probe.resend(reply);
    await payments.command(debitPoints, payment.id);
    await payments.probe.resend(reply);
    const other = await confirmed();
    await payments.command(debitPoints, other.id);
    expect(payments.probe.seen(debitPoints).filter(({ correlationId }) => correlationId === payment.id)).toHaveLength(
      1,
    );
    expect((await timeline(payment)).filter((entry: string) => entry === 'IGNORED')).toHaveLength(1);
  });

  test('shows nobody another’s payment, but operators its timeline', async () => {
    const payment = await request();
    const stranger = await payments.as('jun');
    expect((await stranger.get(`/v1/payments/${payment.id}`)).body.code).toBe('PAYMENT_NOT_FOUND');
    expect((await stranger.get(`/v1/payments/${payment.id}/timeline`)).body.code).toBe('PAYMENT_NOT_FOUND');
    expect((await stranger.get('/v1/payments')).body).toEqual({ items: [], next: null });
  });

  test('pages through the history without gap or repeat', async () => {
    const buyer = await payments.as('pager');
    const ids: string[] = [];
    for (let i = 0; i < 5; i += 1) {
      const { body } = await buyer.post('/v1/payments', {
        headers: { 'idempotency-key': randomUUID(), prefer: 'wait=0' },
        body: { reservationId: randomUUID() },
      });
      ids.push(body.id);
    }
    const first = (await buyer.get('/v1/payments?limit=3')).body;
    const second = (await buyer.get(`/v1/payments?limit=3&cursor=${first.next}`)).body;
    const listed = [...first.items, ...second.items].map((item: { id: string }) => item.id);
    expect(listed).toEqual(ids.toReversed());
    expect(second.next).toBeNull();
  });
});

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { debitPoints, pointsDebited, pointsRefunded, refundPoints } from '@frontrow/contracts/wallet';
import { newId } from '@frontrow/service-kit/ids';
import { eventually } from '@frontrow/testing/eventually';
import { startWallets } from '../testing/start-wallets.ts';

describe('commands to a wallet, over Kafka', () => {
  let wallets: Awaited<ReturnType<typeof startWallets>>;
  beforeAll(async () => {
    wallets = await startWallets({ instances: 2 });
  });
  afterAll(() => wallets?.stop());

  const charged = async (userId: string, amountWon: number) => {
    const user = await wallets.as(userId);
    await user.post('/v1/wallet/charges', { body: { amountWon }, headers: { 'idempotency-key': newId() } });
    return user;
  };
  const replyTo = <Reply extends typeof debitPoints.reply | typeof refundPoints.reply>(
    type: Reply,
    commandId: string,
  ) =>
    eventually(() => wallets.probe.seen(type).find(({ causationId }) => causationId === commandId), {
      what: `the reply to ${commandId}`,
    });
  const debit = async (paymentId: string, userId: string, amountWon: number) => {
    const about = { correlationId: paymentId };
    const command = await wallets.probe.send('payment', debitPoints, { paymentId, userId, amountWon }, about);
    return replyTo(debitPoints.reply, command.id);
  };
  const refund = async (paymentId: string, userId: string) => {
    const command = await wallets.probe.send('payment', refundPoints, { paymentId, userId });
    return replyTo(refundPoints.reply, command.id);
  };
  const entriesOf = (userId: string) =>
    wallets.db('ledger_entries').where({ user_id: userId }).orderBy('entry_number').select('kind', 'amount_won');

  test('a debit takes the points, answers its command, and is an event', async () => {
    const mina = await charged('mina', 100_000);
    const paymentId = newId();
    expect(await debit(paymentId, 'mina', 88_000)).toMatchObject({
      key: paymentId,
      correlationId: paymentId,
      source: '/frontrow/wallet',
      data: { paymentId, outcome: 'done', balanceWon: 12_000 },
    });
    expect((await mina.get('/v1/wallet')).body.balanceWon).toBe(12_000);
    const event = await eventually(() => wallets.probe.seen(pointsDebited).find(({ key }) => key === 'mina'));
    expect(event.data).toMatchObject({ paymentId, amountWon: 88_000, balanceWon: 12_000, entryNumber: 2 });
  });

  test('a debit asked for again, under a new id or the same, happens once', async () => {
    await charged('jun', 100_000);
    const paymentId = newId();
    const first = await debit(paymentId, 'jun', 88_000);
    const command = await wallets.probe.send('payment', debitPoints, { paymentId, userId: 'jun', amountWon: 88_000 });
    await wallets.probe.resend(command);
    expect((await replyTo(debitPoints.reply, command.id)).data).toEqual(first.data);
    // Of the same key, so handled after the resent one.
    await debit(newId(), 'jun', 1_000);
    expect(await entriesOf('jun')).toEqual([
      { kind: 'CHARGE', amount_won: 100_000 },
      { kind: 'DEBIT', amount_won: -88_000 },
      { kind: 'DEBIT', amount_won: -1_000 },
    ]);
    const replies = wallets.probe.seen(debitPoints.reply).filter(({ causationId }) => causationId === command.id);
    expect(replies).toHaveLength(1);
  });

  test('a debit beyond the balance is refused and changes nothing', async () => {
    await charged('poor', 87_999);
    const { data } = await debit(newId(), 'poor', 88_000);
    expect(data).toMatchObject({ outcome: 'refused', code: 'OUT_OF_BUDGET', balanceWon: 87_999 });
    expect(await entriesOf('poor')).toHaveLength(1);
  });

  test('a user without a wallet can pay for what is free, and for nothing else', async () => {
    expect((await debit(newId(), 'newcomer', 1)).data).toMatchObject({ code: 'OUT_OF_BUDGET', balanceWon: 0 });
    expect((await debit(newId(), 'newcomer', 0)).data).toMatchObject({ outcome: 'done', balanceWon: 0 });
  });

  test('a refund gives back once what the debit took, and bars it from coming again', async () => {
    await charged('hana', 100_000);
    const paymentId = newId();
    await debit(paymentId, 'hana', 88_000);
    const done = { paymentId, outcome: 'done', refundedWon: 88_000, balanceWon: 100_000 };
    expect((await refund(paymentId, 'hana')).data).toEqual(done);
    expect((await refund(paymentId, 'hana')).data).toEqual(done);
    expect((await debit(paymentId, 'hana', 88_000)).data).toMatchObject({ code: 'PAYMENT_TIMED_OUT' });
    expect(await entriesOf('hana')).toHaveLength(3);
    const events = wallets.probe.seen(pointsRefunded).filter(({ key }) => key === 'hana');
    expect(events.map(({ data }) => data.amountWon)).toEqual([88_000]);
  });

  test('a refund that comes before its debit makes that a refusal', async () => {
    await charged('sora', 100_000);
    const paymentId = newId();
    expect((await refund(paymentId, 'sora')).data).toMatchObject({ refundedWon: 0, balanceWon: 100_000 });
    expect((await debit(paymentId, 'sora', 88_000)).data).toMatchObject({ code: 'PAYMENT_TIMED_OUT' });
    expect((await refund(paymentId, 'sora')).data).toMatchObject({ refundedWon: 0 });
    expect(await entriesOf('sora')).toHaveLength(1);
  });

  test('debits and charges of one wallet at once never take it below zero', async () => {
    const user = await charged('busy', 1_000);
    const debits = Array.from({ length: 20 }, () => debit(newId(), 'busy', 300));
    const charges = Array.from({ length: 10 }, () => charged('busy', 100));
    const replies = await Promise.all(debits);
    await Promise.all(charges);
    const done = replies.filter(({ data }) => data.outcome === 'done').length;
    expect(done).toBeGreaterThanOrEqual(3);
    expect(done).toBeLessThanOrEqual(6);
    expect((await user.get('/v1/wallet')).body.balanceWon).toBe(2_000 - 300 * done);
    const lowest = await wallets.db('ledger_entries').where({ user_id: 'busy' }).min('balance_won').first();
    expect(lowest?.min).toBeGreaterThanOrEqual(0);
  });
});

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { MAX_BALANCE_WON, MAX_CHARGE_WON, pointsCharged } from '@frontrow/contracts/wallet';
import { newId } from '@frontrow/service-kit/ids';
import { eventually } from '@frontrow/testing/eventually';
import { startWallets } from '../testing/start-wallets.ts';

const CHARGES = '/v1/wallet/charges';

describe('charging points', () => {
  let wallets: Awaited<ReturnType<typeof startWallets>>;
  beforeAll(async () => {
    wallets = await startWallets({ instances: 2 });
  });
  afterAll(() => wallets?.stop());

  const charge = async (userId: string, body: unknown, key: string = newId(), instance = 0) =>
    (await wallets.as(userId, instance)).post(CHARGES, { body, headers: { 'idempotency-key': key } });

  test('adds to the balance and says so on Kafka', async () => {
    expect(await charge('mina', { amountWon: 100_000 })).toMatchObject({
      status: 201,
      body: { userId: 'mina', balanceWon: 100_000 },
    });
    expect((await charge('mina', { amountWon: 10 })).body).toEqual({ userId: 'mina', balanceWon: 100_010 });
    const events = await eventually(() => {
      const seen = wallets.probe.seen(pointsCharged).filter(({ key }) => key === 'mina');
      return seen.length === 2 && seen;
    });
    expect(events.map(({ data }) => data)).toMatchObject([
      { userId: 'mina', entryNumber: 1, amountWon: 100_000, balanceWon: 100_000 },
      { userId: 'mina', entryNumber: 2, amountWon: 10, balanceWon: 100_010 },
    ]);
  });

  test('50 at once under 25 keys, each sent twice over two instances, make 25 entries and the right balance', async () => {
    const keys = Array.from({ length: 25 }, () => newId());
    const answers = await Promise.all(
      keys.flatMap((key, index) =>
        [0, 1].map((instance) => charge('jun', { amountWon: 1_000 + index }, key, instance)),
      ),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    for (let index = 0; index < answers.length; index += 2) {
      expect(answers[index]?.body).toEqual(answers[index + 1]?.body);
    }
    expect(answers.filter(({ headers }) => headers.get('idempotent-replayed') === 'true')).toHaveLength(25);

    const expectedWon = 25 * 1_000 + (24 * 25) / 2;
    const jun = await wallets.as('jun');
    expect((await jun.get('/v1/wallet')).body).toEqual({ userId: 'jun', balanceWon: expectedWon });
    const entries = await wallets.db('ledger_entries').where({ user_id: 'jun' }).orderBy('entry_number');
    expect(entries.map((entry) => entry.entry_number)).toEqual(Array.from({ length: 25 }, (_, index) => index + 1));
    expect(entries.reduce((sum, entry) => sum + entry.amount_won, 0)).toBe(expectedWon);

    const events = await eventually(() => {
      const seen = wallets.probe.seen(pointsCharged).filter(({ key }) => key === 'jun');
      return seen.length >= 25 && seen;
    });
    expect(events.map(({ data }) => data.entryNumber)).toEqual(entries.map((entry) => entry.entry_number));
  });

  test.each([
    ['negative', { amountWon: -10 }],
    ['zero', { amountWon: 0 }],
    ['under the least', { amountWon: 9 }],
    ['over the most', { amountWon: MAX_CHARGE_WON + 1 }],
    ['a fraction', { amountWon: 10.5 }],
    ['beyond what a double counts', '{"amountWon":9007199254740992}'],
    ['a number as text', { amountWon: '1000' }],
    ['an exponent as text', { amountWon: '1e3' }],
    ['null', { amountWon: null }],
    ['missing', {}],
    ['accompanied by unknown fields', { amountWon: 1_000, userId: 'mina' }],
    ['not JSON', '{"amountWon":'],
    ['no object', '[1000]'],
  ])('refuses an amount that is %s', async (_what, body) => {
    expect(await charge('refused', body)).toMatchObject({ status: 400, body: { code: 'ILLEGAL_ARGUMENTS' } });
    expect(await wallets.db('wallets').where({ user_id: 'refused' })).toEqual([]);
  });

  test('needs an Idempotency-Key, and one request for each', async () => {
    const sora = await wallets.as('sora');
    expect(await sora.post(CHARGES, { body: { amountWon: 1_000 } })).toMatchObject({
      status: 400,
      body: { code: 'IDEMPOTENCY_KEY_REQUIRED' },
    });
    const key = newId();
    await charge('sora', { amountWon: 1_000 }, key);
    expect(await charge('sora', { amountWon: 2_000 }, key)).toMatchObject({
      status: 422,
      body: { code: 'IDEMPOTENCY_KEY_REUSED' },
    });
    expect((await charge('hana', { amountWon: 2_000 }, key)).body).toEqual({ userId: 'hana', balanceWon: 2_000 });
    expect((await sora.get('/v1/wallet')).body).toEqual({ userId: 'sora', balanceWon: 1_000 });
  });

  test('stops at what a wallet may hold, and leaves no trace of what it refused', async () => {
    await wallets.db.transaction(async (trx) => {
      const balance = { balance_won: MAX_BALANCE_WON - 1_000 };
      await trx('wallets').insert({ user_id: 'rich', entries: 1, ...balance });
      const entry = { id: newId(), user_id: 'rich', entry_number: 1, kind: 'CHARGE', amount_won: balance.balance_won };
      await trx('ledger_entries').insert({ ...entry, ...balance });
    });
    const key = newId();
    const refusal = { status: 409, body: { code: 'BALANCE_LIMIT_EXCEEDED' } };
    expect(await charge('rich', { amountWon: 1_001 }, key)).toMatchObject(refusal);
    expect((await charge('rich', { amountWon: 1_000 })).body).toEqual({ userId: 'rich', balanceWon: MAX_BALANCE_WON });
    expect(await charge('rich', { amountWon: 1_001 }, key)).toMatchObject(refusal);
    expect(await wallets.db('ledger_entries').where({ user_id: 'rich' })).toHaveLength(2);
  });

  test('needs to know who charges', async () => {
    const answer = await wallets.anonymous().post(CHARGES, { body: { amountWon: 1_000 } });
    expect(answer).toMatchObject({ status: 401, body: { code: 'UNAUTHENTICATED' } });
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { newId } from '@frontrow/service-kit/ids';
import { createDatabase, migrate } from '@frontrow/service-kit/postgres';
import { createTestDatabase } from '@frontrow/testing/servers';
import type { Knex } from 'knex';
import { migrations } from '../../migrations/index.ts';
import { appendCharge, appendPaymentEntry } from './ledger.ts';
import { lockWallet, readBalance } from './wallets.ts';

describe('the ledger', () => {
  let database: Awaited<ReturnType<typeof createTestDatabase>>;
  let db: Knex;

  beforeAll(async () => {
    database = await createTestDatabase();
    db = createDatabase({ url: database.url, poolSize: 5 });
    await migrate(db, migrations);
  });
  afterAll(async () => {
    await db?.destroy();
    await database?.drop();
  });

  let userId = '';
  let paymentId = newId();
  let users = 0;
  beforeEach(async () => {
    userId = `mina-${++users}`;
    paymentId = newId();
    await db.transaction((trx) => appendCharge(trx, { userId, amountWon: 100 }));
  });

  /** An entry that is wrong in nothing but what the test changes. */
  const insertEntry = (trx: Knex.Transaction, change: Record<string, unknown>) =>
    trx('ledger_entries').insert({
      id: paymentId,
      user_id: userId,
      entry_number: 2,
      kind: 'CHARGE',
      amount_won: 10,
      balance_won: 110,
      ...change,
    });
  const moveWallet = (trx: Knex.Transaction, balanceWon: number, entries = 2) =>
    trx('wallets').where({ user_id: userId }).update({ balance_won: balanceWon, entries });

  test('takes entries that follow each other', async () => {
    const second = await db.transaction((trx) =>
      appendPaymentEntry(trx, { kind: 'DEBIT', userId, amountWon: -100, paymentId }),
    );
    expect(second).toMatchObject({ entryNumber: 2, balanceWon: 0 });
    expect(await readBalance(db, userId)).toBe(0);
  });

  test.each([
    ['changed', () => db('ledger_entries').update({ amount_won: 1 })],
    ['deleted', () => db('ledger_entries').delete()],
    ['truncated', () => db.raw('truncate ledger_entries')],
  ])('can not be %s', async (_what, change) => {
    await expect(change()).rejects.toThrow('append-only');
    expect(await db('ledger_entries').where({ user_id: userId })).toMatchObject([{ amount_won: 100 }]);
  });

  test('refuses a wallet whose balance is not its newest entry’s', async () => {
    await expect(db.transaction((trx) => moveWallet(trx, 1_000, 1))).rejects.toThrow('is not that of its newest entry');
    await expect(db.transaction((trx) => moveWallet(trx, 100, 2))).rejects.toThrow('is not that of its newest entry');
    await expect(db('wallets').insert({ user_id: `rich-${userId}`, balance_won: 5 })).rejects.toThrow('newest entry');
  });

  test('refuses an entry that the wallet doesn’t count', async () => {
    await expect(db.transaction((trx) => insertEntry(trx, {}))).rejects.toThrow('is not counted');
  });

  test('refuses a balance that is not the one before plus the amount', async () => {
    const work = async (trx: Knex.Transaction) => {
      await moveWallet(trx, 120);
      await insertEntry(trx, { balance_won: 120 });
    };
    await expect(db.transaction(work)).rejects.toThrow('does not follow the one before');
  });

  test('refuses a gap', async () => {
    const work = async (trx: Knex.Transaction) => {
      await moveWallet(trx, 110, 3);
      await insertEntry(trx, { entry_number: 3 });
    };
    await expect(db.transaction(work)).rejects.toThrow('does not follow the one before');
  });

  test('begins with its first charge', async () => {
    const work = async (trx: Knex.Transaction) => {
      await trx('wallets').insert({ user_id: `new-${userId}`, balance_won: 110, entries: 1 });
      await insertEntry(trx, { user_id: `new-${userId}`, entry_number: 1 });
    };
    await expect(db.transaction(work)).rejects.toThrow('does not follow the one before');
  });

  test.each([
    ['a negative charge', { amount_won: -10, balance_won: 90 }],
    ['a positive debit', { kind: 'DEBIT', payment_id: paymentId }],
    ['a debit without payment', { kind: 'DEBIT', amount_won: -10, balance_won: 90 }],
    ['an unknown kind', { kind: 'GIFT' }],
  ])('refuses %s', async (_what, change) => {
    await expect(db.transaction((trx) => insertEntry(trx, change))).rejects.toThrow('kind_fits_amount');
  });

  test('has one debit of a payment at most', async () => {
    const payment = '019aa6f0-5c00-7000-8000-00000000000a';
    const debit = () =>
      db.transaction((trx) => appendPaymentEntry(trx, { kind: 'DEBIT', userId, amountWon: -10, paymentId: payment }));
    await debit();
    await expect(debit()).rejects.toThrow('one_debit_and_one_refund_per_payment');
    expect(await readBalance(db, userId)).toBe(90);
  });

  test('stops two debits that both saw enough points, where the lock is left out', async () => {
    const debitUnlocked = (payment: string, bothHaveLooked: () => Promise<void>) =>
      db.transaction(async (trx) => {
        const balanceWon = await readBalance(trx, userId);
        await bothHaveLooked();
        if (balanceWon < 80) return 'refused';
        await appendPaymentEntry(trx, { kind: 'DEBIT', userId, amountWon: -80, paymentId: payment });
        return 'debited';
      });
    const outcomes = await Promise.allSettled(
      race((meet) => [debitUnlocked(newId(), meet), debitUnlocked(newId(), meet)]),
    );
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const rejected = outcomes.find((outcome) => outcome.status === 'rejected');
    expect(String(rejected?.reason)).toContain('balance_is_not_negative');
    expect(await readBalance(db, userId)).toBe(20);
  });

  test('lets the second of two debits see what the first left, with the lock', async () => {
    const debitLocked = (payment: string) =>
      db.transaction(async (trx) => {
        if ((await lockWallet(trx, userId)) < 80) return 'refused';
        await appendPaymentEntry(trx, { kind: 'DEBIT', userId, amountWon: -80, paymentId: payment });
        return 'debited';
      });
    const outcomes = await Promise.all([newId(), newId(), newId(), newId()].map(debitLocked));
    expect(outcomes.sort()).toEqual(['debited', 'refused', 'refused', 'refused']);
    expect(await readBalance(db, userId)).toBe(20);
  });
});

/** Starts two contenders, each of which can wait until the other has come as far. */
function race<T>(start: (meet: () => Promise<void>) => T): T {
  let waiting = 0;
  let release = () => {};
  const met = new Promise<void>((resolve) => {
    release = resolve;
  });
  return start(() => {
    if (++waiting === 2) release();
    return met;
  });
}

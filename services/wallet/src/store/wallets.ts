import type { Knex } from 'knex';
import { type PaymentEntry, type PaymentState, paymentState } from '../domain/wallet.ts';

interface PaymentRow {
  kind: PaymentEntry['kind'];
  amount_won: number;
  balance_won: number;
}

/** Won in the wallet; 0 for a user who never had one. */
export async function readBalance(db: Knex, userId: string): Promise<number> {
  const row = await db('wallets').where({ user_id: userId }).first('balance_won');
  return row?.balance_won ?? 0;
}

/**
 * Locks the wallet, making it where there is none, so that whatever is read after this stays true until the
 * transaction ends. One statement for both: the update of an existing row changes nothing and is the lock.
 *
 * @returns its balance in won
 */
export async function lockWallet(trx: Knex.Transaction, userId: string): Promise<number> {
  const { rows } = await trx.raw(
    `insert into wallets as w (user_id) values (:userId)
     on conflict (user_id) do update set entries = w.entries
     returning balance_won`,
    { userId },
  );
  return rows[0].balance_won;
}

/** What the wallet knows of a payment. Lock the wallet first: a snapshot taken before the lock may be old. */
export async function readPayment(trx: Knex.Transaction, userId: string, paymentId: string): Promise<PaymentState> {
  const { rows } = await trx.raw(
    `select kind, amount_won, balance_won from ledger_entries where payment_id = :paymentId and user_id = :userId
     union all
     select 'BARRED', 0, 0 from barred_debits where payment_id = :paymentId and user_id = :userId`,
    { userId, paymentId },
  );
  const barred = rows.some((row: { kind: string }) => row.kind === 'BARRED');
  const entries = rows
    .filter((row: { kind: string }) => row.kind !== 'BARRED')
    .map((row: PaymentRow) => ({ kind: row.kind, amountWon: row.amount_won, balanceWon: row.balance_won }));
  return paymentState(entries, barred);
}

/** Makes a late debit of the payment a refusal; doing it twice changes nothing. */
export async function barDebit(trx: Knex.Transaction, userId: string, paymentId: string): Promise<void> {
  await trx('barred_debits').insert({ payment_id: paymentId, user_id: userId }).onConflict('payment_id').ignore();
}

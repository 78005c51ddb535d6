import { MAX_BALANCE_WON } from '@frontrow/contracts/wallet';
import { newId } from '@frontrow/service-kit/ids';
import type { Knex } from 'knex';

export interface LedgerRow {
  readonly id: string;
  readonly entry_number: number;
  readonly kind: 'CHARGE' | 'DEBIT' | 'REFUND';
  /** Signed: a debit is negative. */
  readonly amount_won: number;
  readonly balance_won: number;
  readonly payment_id: string | null;
  readonly created_at: Date;
}

/** The newest `limit` entries of a wallet, or of those before an entry number. */
export function readEntries(
  db: Knex,
  { userId, before, limit }: { userId: string; before: number | undefined; limit: number },
): Promise<LedgerRow[]> {
  const entries = db<LedgerRow & { user_id: string }>('ledger_entries').where({ user_id: userId });
  if (before !== undefined) entries.andWhere('entry_number', '<', before);
  return entries
    .orderBy('entry_number', 'desc')
    .limit(limit)
    .select('id', 'entry_number', 'kind', 'amount_won', 'balance_won', 'payment_id', 'created_at');
}

interface Movement {
  readonly userId: string;
  /** Signed: a debit is negative. */
  readonly amountWon: number;
}

export interface AppendedEntry {
  readonly entryId: string;
  readonly entryNumber: number;
  /** Of the wallet, after the entry. */
  readonly balanceWon: number;
}

/**
 * Charges the wallet and writes the entry that says so, in one statement, which makes the wallet where there is
 * none. The wallet's row is the lock: charges of one wallet queue up behind each other, and none has to look first.
 *
 * @returns undefined when the wallet may not hold as much
 */
export async function appendCharge(trx: Knex.Transaction, charge: Movement): Promise<AppendedEntry | undefined> {
  const entryId = newId();
  const { rows } = await trx.raw(
    `with wallet as (
       insert into wallets as w (user_id, balance_won, entries) values (:userId, :amountWon, 1)
       on conflict (user_id) do update
         set balance_won = w.balance_won + excluded.balance_won, entries = w.entries + 1
         where w.balance_won + excluded.balance_won <= :maxBalanceWon
       returning user_id, balance_won, entries
     )
     insert into ledger_entries (id, user_id, entry_number, kind, amount_won, balance_won)
     select :entryId, user_id, entries, 'CHARGE', :amountWon, balance_won from wallet
     returning entry_number, balance_won`,
    { entryId, ...charge, maxBalanceWon: MAX_BALANCE_WON },
  );
  return rows[0] && appended(entryId, rows[0]);
}

/**
 * Moves a payment's points and writes the entry that says so, in one statement. The wallet is locked and the
 * decision made; were it wrong, the constraints would refuse it. A refund always finds room in the wallet.
 */
export async function appendPaymentEntry(
  trx: Knex.Transaction,
  entry: Movement & { readonly kind: 'DEBIT' | 'REFUND'; readonly paymentId: string },
): Promise<AppendedEntry> {
  const entryId = newId();
  const { rows } = await trx.raw(
    `with wallet as (
       update wallets set balance_won = balance_won + :amountWon, entries = entries + 1 where user_id = :userId
       returning user_id, balance_won, entries
     )
     insert into ledger_entries (id, user_id, entry_number, kind, amount_won, balance_won, payment_id)
     select :entryId, user_id, entries, :kind, :amountWon, balance_won, :paymentId from wallet
     returning entry_number, balance_won`,
    { entryId, ...entry },
  );
  return appended(entryId, rows[0]);
}

const appended = (entryId: string, row: { entry_number: number; balance_won: number }): AppendedEntry => ({
  entryId,
  entryNumber: row.entry_number,
  balanceWon: row.balance_won,
});

import type { Knex } from 'knex';

/** Takes over the balance that a ledger entry left; an older entry than the newest known changes nothing. */
export async function recordBalance(
  trx: Knex.Transaction,
  { userId, balanceWon, entryNumber }: { userId: string; balanceWon: number; entryNumber: number },
): Promise<void> {
  await trx.raw(
    `insert into balances as b (user_id, balance_won, entry_number) values (:userId, :balanceWon, :entryNumber)
     on conflict (user_id) do update set balance_won = excluded.balance_won, entry_number = excluded.entry_number
       where b.entry_number < excluded.entry_number`,
    { userId, balanceWon, entryNumber },
  );
}

/** Won, as far as wallet's events have come; 0 for a user they never named. */
export async function knownBalanceWon(db: Knex, userId: string): Promise<number> {
  const row = await db('balances').where({ user_id: userId }).first('balance_won');
  return Number(row?.balance_won ?? 0);
}

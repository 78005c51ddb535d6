import type { Knex } from 'knex';

/** Takes over the balance that a ledger entry left; an older entry than the newest known changes nothing. */
export async function saveBalance(
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

export interface Balances {
  /** Won, as far as wallet's events have come; 0 for a user they never named. */
  knownWon(userId: string): Promise<number>;
}

export const balances = (db: Knex): Balances => ({
  async knownWon(userId) {
    const { rows } = await db.raw('select balance_won from balances where user_id = :userId', { userId });
    return rows[0]?.balance_won ?? 0;
  },
});

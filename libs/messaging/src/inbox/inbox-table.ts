import type { Knex } from 'knex';
import { runPrepared } from '../outbox/prepared.ts';

const REMEMBER = {
  name: 'frontrow-inbox',
  text: `
    insert into inbox (consumer, message_id)
    select $1, unnest($2::text[])
    on conflict do nothing
    returning message_id`,
};

/**
 * Writes down that these messages were handled; waits for another transaction that is just doing so.
 *
 * @returns the ids that are new
 */
export async function remember(trx: Knex.Transaction, consumer: string, ids: readonly string[]): Promise<Set<string>> {
  const { rows } = await runPrepared<{ message_id: string }>(trx, REMEMBER, [consumer, ids]);
  return new Set(rows.map((row) => row.message_id));
}

const PURGE = `
  delete from inbox where ctid in (
    select ctid from inbox
    where received_at < now() - make_interval(days => ?)
    limit ? for update skip locked
  )`;

/** Deletes up to `limit` rows that are older than so many days. Returns how many there were. */
export async function purgeInbox(db: Knex, olderThanDays: number, limit: number): Promise<number> {
  const { rowCount } = await db.raw(PURGE, [olderThanDays, limit]);
  return rowCount;
}

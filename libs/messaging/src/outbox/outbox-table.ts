import type { Knex } from 'knex';
import { sendLast } from './prepared.ts';

export interface OutboxRow {
  id: string;
  bucket: number;
  topic: string;
  key: string;
  headers: Record<string, string>;
  value: string;
}

// `unnest` keeps the order of its arrays, and so do the numbers that the identity column gives.
const INSERT = {
  name: 'frontrow-outbox',
  text: `
    insert into outbox (bucket, id, topic, key, headers, value)
    select * from unnest($1::smallint[], $2::uuid[], $3::text[], $4::text[], $5::json[], $6::json[])`,
};

/**
 * Writes the messages of a transaction, in their order, in one statement, as the last one before its commit.
 *
 * @returns a function that throws, once the transaction has ended, what went wrong
 */
export async function insertOutbox(trx: Knex.Transaction, rows: readonly OutboxRow[]): Promise<() => Promise<void>> {
  if (rows.length === 0) return async () => undefined;
  return sendLast(trx, INSERT, [
    rows.map((row) => row.bucket),
    rows.map((row) => row.id),
    rows.map((row) => row.topic),
    rows.map((row) => row.key),
    rows.map((row) => JSON.stringify(row.headers)),
    rows.map((row) => row.value),
  ]);
}

const COUNT_LIMIT = 100_000;

/** Messages waiting to be sent; counts no further than 100,000. */
export async function countPending(db: Knex): Promise<number> {
  const { rows } = await db.raw(`select count(*)::int as pending from (select 1 from outbox limit ${COUNT_LIMIT}) o`);
  return rows[0].pending;
}

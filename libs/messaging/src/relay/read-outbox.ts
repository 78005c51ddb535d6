import { MAX_BATCH_BYTES } from './publisher.ts';
import type { RelaySession } from './relay-session.ts';

export interface PendingRow {
  seq: string;
  topic: string;
  key: string;
  headers: Record<string, string>;
  value: string;
}

const MAX_ROWS = 500;

// The deletion of what was sent last and the next read share a round trip. The read doesn't see the deletion
// (both have the snapshot of the statement's begin), hence the exclusion. `order by seq` alone would sort by the text.
const DELETE_AND_READ = `
  with sent as (delete from outbox where seq = any($1::bigint[]))
  select seq::text, topic, key, headers, value::text
  from outbox
  where bucket = any($2::smallint[]) and seq <> all($1::bigint[])
  order by outbox.seq
  limit ${MAX_ROWS}`;

/**
 * Deletes the rows that were sent and reads the next ones of these buckets, as many as one request can carry.
 */
export async function readOutbox(
  session: RelaySession,
  buckets: ReadonlySet<number>,
  sent: readonly string[],
): Promise<PendingRow[]> {
  const rows = await session.query<PendingRow>(DELETE_AND_READ, [sent, [...buckets]], 'delete-and-read');
  let bytes = 0;
  const fitting = rows.findIndex((row) => (bytes += Buffer.byteLength(row.value) + 1_000) > MAX_BATCH_BYTES);
  return fitting === -1 ? rows : rows.slice(0, Math.max(1, fitting));
}

/** Deletes the rows that were sent, without reading on. */
export async function deleteSent(session: RelaySession, sent: readonly string[]): Promise<void> {
  await session.query('delete from outbox where seq = any($1::bigint[])', [sent]);
}

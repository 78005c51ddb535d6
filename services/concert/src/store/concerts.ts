import type { Policies } from '@frontrow/contracts/concert';
import type { Knex } from 'knex';

export interface Concert {
  readonly id: string;
  readonly name: string;
  readonly artist: string;
  readonly policies: Policies;
  readonly announcedAt: Date;
}

interface ConcertRow {
  id: string;
  name: string;
  artist: string;
  policies: Policies;
  announced_at: Date;
}

const toConcert = ({ announced_at: announcedAt, ...row }: ConcertRow): Concert => ({ ...row, announcedAt });

export async function insertConcert(trx: Knex.Transaction, concert: Concert): Promise<void> {
  const { announcedAt, policies, ...rest } = concert;
  await trx('concerts').insert({ ...rest, policies: JSON.stringify(policies), announced_at: announcedAt });
}

export async function findConcert(db: Knex, id: string): Promise<Concert | undefined> {
  const row = await db<ConcertRow>('concerts').where({ id }).first();
  return row && toConcert(row);
}

/** The newest `limit` concerts, or of those before one. Ids are UUIDv7, so their order is the announcements'. */
export async function readConcerts(
  db: Knex,
  { before, limit }: { before: string | undefined; limit: number },
): Promise<Concert[]> {
  const concerts = db<ConcertRow>('concerts').orderBy('id', 'desc').limit(limit);
  if (before !== undefined) concerts.where('id', '<', before);
  return (await concerts.select('*')).map(toConcert);
}

import { type performanceScheduled, Policies } from '@frontrow/contracts/concert';
import type { DataOf } from '@frontrow/contracts/message';
import type { Knex } from 'knex';
import { LRUCache } from 'lru-cache';
import type { Performance } from '../domain/hold-request.ts';

type PerformanceRow = Omit<Performance, 'policies'> & { readonly policies: unknown };

const toPerformance = (row: PerformanceRow): Performance => ({ ...row, policies: Policies.parse(row.policies) });

/** Keeps the first announcement of a performance: it never changes, which is what lets instances cache it. */
export async function insertPerformance(
  trx: Knex.Transaction,
  { policies, ...performance }: DataOf<typeof performanceScheduled>,
): Promise<void> {
  await trx.raw(
    `insert into performances (id, concert_id, concert_name, name, perform_at, price_won, total_seats, policies)
     values (:performanceId, :concertId, :concertName, :name, :performAt, :priceWon, :totalSeats, :policies)
     on conflict (id) do nothing`,
    { ...performance, policies: JSON.stringify(policies) },
  );
}

export interface Performances {
  /** Those of the ids that are known, by id. */
  find(ids: readonly string[]): Promise<Map<string, Performance>>;
}

/** Reads the projection through a cache in the process: holds ask for the same few performances over and over. */
export const cachedPerformances = (db: Knex): Performances => {
  const cache = new LRUCache<string, Performance>({ max: 10_000 });
  return {
    async find(ids) {
      const known = new Map(ids.flatMap((id) => entryOf(cache.get(id))));
      const missing = ids.filter((id) => !known.has(id));
      if (missing.length === 0) return known;
      for (const performance of await readPerformances(db, missing)) {
        cache.set(performance.id, performance);
        known.set(performance.id, performance);
      }
      return known;
    },
  };
};

const entryOf = (performance: Performance | undefined) => (performance ? [[performance.id, performance] as const] : []);

async function readPerformances(db: Knex, ids: readonly string[]): Promise<Performance[]> {
  const { rows } = await db.raw<{ rows: PerformanceRow[] }>(
    `select id, concert_id as "concertId", concert_name as "concertName", name, perform_at as "performAt",
       price_won as "priceWon", total_seats as "totalSeats", policies
     from performances where id = any(:ids::uuid[])`,
    { ids: [...ids] },
  );
  return rows.map(toPerformance);
}

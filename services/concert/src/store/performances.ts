import type { Knex } from 'knex';

export interface Performance {
  readonly id: string;
  readonly concertId: string;
  readonly name: string;
  readonly performAt: Date;
  readonly priceWon: number;
  readonly totalSeats: number;
}

export async function insertPerformance(trx: Knex.Transaction, performance: Performance): Promise<void> {
  await trx('performances').insert({
    id: performance.id,
    concert_id: performance.concertId,
    name: performance.name,
    perform_at: performance.performAt,
    price_won: performance.priceWon,
    total_seats: performance.totalSeats,
  });
}

export interface PerformanceFilter {
  readonly concertId: string;
  /** `2026-12-24`, a day in `timeZone`. */
  readonly date: string | undefined;
  readonly timeZone: string;
  /** Only those still to come at `now` that have a free seat. */
  readonly availableOnly: boolean;
  readonly now: Date;
}

/** The performances of a concert by time, with their free seats at `now`, in one statement. */
export async function readPerformances(
  db: Knex,
  filter: PerformanceFilter,
): Promise<(Performance & { availableSeats: number })[]> {
  const { rows } = await db.raw(
    `select p.id, p.concert_id as "concertId", p.name, p.perform_at as "performAt", p.price_won as "priceWon",
       p.total_seats as "totalSeats", p.total_seats - taken.seats as "availableSeats"
     from performances p
     cross join lateral (
       select cast(count(distinct s.seat) as integer) as seats from seat_states s
       where s.performance_id = p.id and (s.hold_expires_at is null or s.hold_expires_at > :now)
     ) taken
     where p.concert_id = :concertId
       and (cast(:date as text) is null or to_char(p.perform_at at time zone :timeZone, 'YYYY-MM-DD') = :date)
       and (not :availableOnly or (p.perform_at > :now and taken.seats < p.total_seats))
     order by p.perform_at, p.id`,
    { ...filter, date: filter.date ?? null },
  );
  return rows;
}

/** What there is to know before a seat map is shown. */
export interface SeatMapHeader {
  readonly performanceId: string;
  readonly concertId: string;
  readonly performAt: Date;
  readonly totalSeats: number;
  /** Of the waiting room; open until queue says otherwise. */
  readonly roomMode: string;
  /** Grows with every change of a seat's state. */
  readonly version: number;
}

export async function findSeatMapHeader(db: Knex, performanceId: string): Promise<SeatMapHeader | undefined> {
  const { rows } = await db.raw(
    `select p.id as "performanceId", p.concert_id as "concertId", p.perform_at as "performAt",
       p.total_seats as "totalSeats", coalesce(r.mode, 'open') as "roomMode",
       (select coalesce(cast(sum(changes) as bigint), 0) from seat_map_versions v where v.performance_id = p.id)
         as "version"
     from performances p left join rooms r on r.concert_id = p.concert_id
     where p.id = ?`,
    [performanceId],
  );
  return rows[0];
}

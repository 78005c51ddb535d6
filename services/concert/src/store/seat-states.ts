import type { Knex } from 'knex';
import type { SeatState } from '../domain/seat-state.ts';

export interface ReservedSeats {
  readonly reservationId: string;
  readonly seats: readonly { readonly performanceId: string; readonly seat: number }[];
}

/** How many rows the version of one seat map may have. */
const WRITERS = 64;

const SEATS = `seats as (
  select distinct performance_id, seat
  from unnest(cast(:performanceIds as uuid[]), cast(:seatNumbers as integer[])) as given (performance_id, seat)
)`;

/**
 * Two transactions at one time run on two backends, so they count in rows of their own (but for one pair in
 * 64): with one row a performance, batches that touch two performances in either order would deadlock.
 */
const COUNT_CHANGE = `insert into seat_map_versions as v (performance_id, writer, changes)
  select distinct performance_id, pg_backend_pid() % ${WRITERS}, 1 from seats
  on conflict (performance_id, writer) do update set changes = v.changes + 1`;

const bindings = ({ reservationId, seats }: ReservedSeats) => ({
  reservationId,
  performanceIds: seats.map(({ performanceId }) => performanceId),
  seatNumbers: seats.map(({ seat }) => seat),
});

/** Keeps what a reservation's newest event says of its seats, and counts the change. */
export async function saveSeatStates(trx: Knex.Transaction, reserved: ReservedSeats, state: SeatState): Promise<void> {
  await trx.raw(
    `with ${SEATS}, saved as (
       insert into seat_states (performance_id, seat, reservation_id, status, hold_expires_at)
       select performance_id, seat, :reservationId, :status, :holdExpiresAt from seats
       on conflict (performance_id, seat, reservation_id) do update
         set status = excluded.status, hold_expires_at = excluded.hold_expires_at
     )
     ${COUNT_CHANGE}`,
    {
      ...bindings(reserved),
      status: state.status,
      holdExpiresAt: state.status === 'held' ? state.holdExpiresAt : null,
    },
  );
}

/** Forgets a reservation's seats, and counts the change. */
export async function deleteSeatStates(trx: Knex.Transaction, reserved: ReservedSeats): Promise<void> {
  await trx.raw(
    `with ${SEATS}, freed as (
       delete from seat_states s using seats
       where s.performance_id = seats.performance_id and s.seat = seats.seat and s.reservation_id = :reservationId
     )
     ${COUNT_CHANGE}`,
    bindings(reserved),
  );
}

export interface TakenSeats {
  /** Of the seat map, at the moment these seats were read. */
  readonly version: number;
  /** Seats with a live row, in any order. */
  readonly taken: readonly number[];
  /** When the first of their holds ends; null when none has a clock. */
  readonly nextExpiryAt: Date | null;
}

/** One statement, so one snapshot: the version is that of the seats beside it. */
export async function readTakenSeats(db: Knex, performanceId: string, now: Date): Promise<TakenSeats> {
  const { rows } = await db.raw(
    `select
       (select coalesce(cast(sum(changes) as bigint), 0) from seat_map_versions where performance_id = :performanceId)
         as version,
       coalesce(array_agg(seat), '{}') as taken,
       min(hold_expires_at) as next_expiry_at
     from seat_states
     where performance_id = :performanceId and (hold_expires_at is null or hold_expires_at > :now)`,
    { performanceId, now },
  );
  const [row] = rows;
  return { version: row.version, taken: row.taken, nextExpiryAt: row.next_expiry_at };
}

import type { Knex } from 'knex';
import type { Reservation, ReservationState, ReservationStatus, Ticket } from '../domain/reservation.ts';

/**
 * A reservation beside the database's time. Every decision about a hold's clock uses that time: it is the one
 * clock that all instances share.
 */
export interface TimedReservation {
  readonly reservation: Reservation;
  readonly now: Date;
}

interface ReservationRow {
  readonly id: string;
  readonly user_id: string;
  readonly concert_id: string;
  readonly queue_token_id: string;
  readonly status: ReservationStatus;
  readonly amount_won: number;
  readonly on_failed_payment: 'keep' | 'cancel';
  readonly hold_expires_at: Date | null;
  readonly remaining_ms: number | null;
  readonly payment_id: string | null;
  readonly created_at: Date;
  readonly tickets: readonly (Omit<Ticket, 'performAt'> & { readonly performAt: string })[];
  readonly now: Date;
}

const SELECT = `
  select r.*, statement_timestamp() as now, (
    select json_agg(json_build_object(
      'id', t.id, 'concertName', t.concert_name, 'performanceId', t.performance_id,
      'performanceName', t.performance_name, 'performAt', t.perform_at, 'seat', t.seat,
      'priceWon', t.price_won, 'reserverName', t.reserver_name) order by t.id)
    from tickets t where t.reservation_id = r.id
  ) as tickets
  from reservations r`;

const READ = `${SELECT} where r.id = :id and r.user_id = :userId`;

const LOCK = `${SELECT} where r.id = :id and r.user_id = :userId for update of r`;

const READ_PAGE = `${SELECT}
  where r.user_id = :userId and r.id < coalesce(:beforeId::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
  order by r.id desc limit :limit`;

const FIND_DUE = `select 1 from reservations where status = 'HELD' and hold_expires_at <= statement_timestamp() limit 1`;

const LOCK_DUE = `${SELECT}
  where r.status = 'HELD' and r.hold_expires_at <= statement_timestamp()
  order by r.hold_expires_at limit :limit
  for update of r skip locked`;

const LOCK_DUE_AMONG = `${SELECT}
  where r.id = any(:ids::uuid[]) and r.status = 'HELD' and r.hold_expires_at <= statement_timestamp()
  order by r.id
  for update of r`;

const SAVE_STATE = `
  update reservations
  set status = :status, hold_expires_at = :holdExpiresAt, remaining_ms = :remainingMs, payment_id = :paymentId
  where id = :id`;

// The quotas are locked in one order, and before the claims go (the count makes the delete wait for them): see the
// migration.
const END = `
  with ended as (
    update reservations
    set status = :status, hold_expires_at = null, remaining_ms = null, payment_id = :paymentId
    where id = any(:ids::uuid[])
    returning id, user_id, concert_id
  ),
  given_back as (
    select e.user_id, e.concert_id, count(*)::integer as seats
    from ended e join tickets t on t.reservation_id = e.id
    group by e.user_id, e.concert_id
  ),
  locked as materialized (
    select q.user_id, q.concert_id, g.seats
    from seat_quotas q join given_back g using (user_id, concert_id)
    order by q.user_id, q.concert_id
    for update of q
  ),
  quotas as (
    update seat_quotas q set seats = q.seats - l.seats
    from locked l where q.user_id = l.user_id and q.concert_id = l.concert_id
    returning 1
  )
  delete from seat_claims c
  using tickets t
  where t.reservation_id = any(:ids::uuid[]) and (select count(*) from quotas) >= 0
    and c.performance_id = t.performance_id and c.seat = t.seat and c.reservation_id = t.reservation_id`;

const toState = (row: ReservationRow): ReservationState => {
  const paymentId = row.payment_id as string;
  switch (row.status) {
    case 'HELD':
      return { status: 'HELD', holdExpiresAt: row.hold_expires_at as Date, reopenedBy: row.payment_id };
    case 'CONFIRMED':
      return { status: 'CONFIRMED', paymentId, remainingMs: row.remaining_ms as number };
    case 'ISSUED':
    case 'CANCELLED':
      return { status: row.status, paymentId };
    case 'EXPIRED':
    case 'RELEASED':
      return { status: row.status };
    default:
      return row.status satisfies never;
  }
};

const toReservation = (row: ReservationRow): Reservation => ({
  id: row.id,
  userId: row.user_id,
  concertId: row.concert_id,
  queueTokenId: row.queue_token_id,
  amountWon: row.amount_won,
  onFailedPayment: row.on_failed_payment,
  createdAt: row.created_at,
  state: toState(row),
  tickets: row.tickets.map((ticket) => ({ ...ticket, performAt: new Date(ticket.performAt) })),
});

const toTimed = (row: ReservationRow): TimedReservation => ({ reservation: toReservation(row), now: row.now });

const paymentOf = (state: ReservationState): string | null => {
  if (state.status === 'HELD') return state.reopenedBy;
  return 'paymentId' in state ? state.paymentId : null;
};

type Rows = { rows: ReservationRow[] };
interface OwnedId {
  readonly id: string;
  readonly userId: string;
}

export interface ReservationReader {
  /** Undefined for an unknown reservation and for another user's. */
  read(owned: OwnedId): Promise<TimedReservation | undefined>;
  /** Newest first, those before `beforeId`. */
  readPage(page: {
    readonly userId: string;
    readonly beforeId: string | undefined;
    readonly limit: number;
  }): Promise<TimedReservation[]>;
  /** Whether any hold's time is up; an index look-up, so that idle sweepers cost next to nothing. */
  isAnyHoldDue(): Promise<boolean>;
}

/** Looks without locking, on any connection of the pool. */
export const reservationReader = (db: Knex): ReservationReader => ({
  async read({ id, userId }) {
    const { rows } = await db.raw<Rows>(READ, { id, userId });
    return rows[0] && toTimed(rows[0]);
  },
  async readPage({ beforeId = null, ...page }) {
    const { rows } = await db.raw<Rows>(READ_PAGE, { ...page, beforeId });
    return rows.map(toTimed);
  },
  async isAnyHoldDue() {
    const { rows } = await db.raw<Rows>(FIND_DUE);
    return rows.length > 0;
  },
});

/**
 * The user's reservation, which nobody else changes until the transaction ends. Undefined for an unknown one and for
 * another user's.
 */
export async function lockReservation(
  trx: Knex.Transaction,
  { id, userId }: OwnedId,
): Promise<TimedReservation | undefined> {
  const { rows } = await trx.raw<Rows>(LOCK, { id, userId });
  return rows[0] && toTimed(rows[0]);
}

/** Locks holds whose time is up, longest over first; leaves those that another transaction has locked. */
export async function lockDueHolds(trx: Knex.Transaction, limit: number): Promise<TimedReservation[]> {
  const { rows } = await trx.raw<Rows>(LOCK_DUE, { limit });
  return rows.map(toTimed);
}

/** Locks those of these reservations that are holds whose time is up, waiting for whoever has locked them. */
export async function lockDueHoldsAmong(trx: Knex.Transaction, ids: readonly string[]): Promise<TimedReservation[]> {
  const { rows } = await trx.raw<Rows>(LOCK_DUE_AMONG, { ids: [...ids] });
  return rows.map(toTimed);
}

/** For states that keep their seats; the reservation is locked. */
export async function saveState(trx: Knex.Transaction, id: string, state: ReservationState): Promise<void> {
  await trx.raw(SAVE_STATE, {
    id,
    status: state.status,
    holdExpiresAt: state.status === 'HELD' ? state.holdExpiresAt : null,
    remainingMs: state.status === 'CONFIRMED' ? state.remainingMs : null,
    paymentId: paymentOf(state),
  });
}

/** For states that give the seats back: claims go, quotas sink. The reservations are locked and had claims. */
export async function endReservations(
  trx: Knex.Transaction,
  ids: readonly string[],
  state: ReservationState,
): Promise<void> {
  await trx.raw(END, { ids: [...ids], status: state.status, paymentId: paymentOf(state) });
}

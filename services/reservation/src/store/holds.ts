import type { Policies } from '@frontrow/contracts/concert';
import type { Knex } from 'knex';
import type { Reservation } from '../domain/reservation.ts';

export type NewHold = Omit<Reservation, 'createdAt' | 'state'>;
export type HoldTerms = Pick<Policies, 'holdSeconds' | 'maxSeatsPerUser' | 'requireBalanceAtHold'>;

export type HoldOutcome =
  | { readonly kind: 'held'; readonly createdAt: Date; readonly holdExpiresAt: Date }
  | { readonly kind: 'spent-pass' | 'short-of-points' | 'taken' | 'too-many-seats' }
  /** Nothing but these reservations stands in the way, and their time is up: expire them, then try again. */
  | { readonly kind: 'expired-in-the-way'; readonly reservationIds: readonly string[] };

// One statement: a hold costs one round trip. The look at `claimed` only keeps the losers of a crowd from waiting
// for each other; what two buyers do at the same instant is decided by the key of seat_claims.
// The quota is locked before the claims are made: `reservation` needs `quota`, `claims` needs `reservation`.
const INSERT_HOLD = `
  with wanted as (
    select w.*, p.concert_name, p.name, p.perform_at, p.price_won
    from unnest(:ticketIds::uuid[], :performanceIds::uuid[], :seatNumbers::integer[], :reserverNames::text[])
      as w (ticket_id, performance_id, seat, reserver_name)
    join performances p on p.id = w.performance_id
  ),
  claimed as (
    select r.id, r.status = 'HELD' and r.hold_expires_at <= statement_timestamp() as expired
    from wanted join seat_claims c using (performance_id, seat) join reservations r on r.id = c.reservation_id
  ),
  obstacle as materialized (
    select case
      when exists (select from spent_tokens where token_id = :queueTokenId) then 'spent-pass'
      when exists (select from claimed where not expired) then 'taken'
      when :requireBalanceAtHold::boolean and :amountWon::bigint > coalesce((select balance_won from balances where user_id = :userId), 0)
        then 'short-of-points'
      when exists (select from claimed) then 'expired-in-the-way'
    end as kind
  ),
  quota as (
    insert into seat_quotas as q (user_id, concert_id, seats)
    select :userId, :concertId::uuid, :seatCount::integer from obstacle where kind is null
    on conflict (user_id, concert_id) do update set seats = q.seats + excluded.seats
      where q.seats + excluded.seats <= :maxSeatsPerUser
    returning user_id, concert_id
  ),
  reservation as (
    insert into reservations
      (id, user_id, concert_id, queue_token_id, status, amount_won, on_failed_payment, hold_expires_at, created_at)
    select :reservationId::uuid, user_id, concert_id, :queueTokenId, 'HELD', :amountWon::bigint, :onFailedPayment,
      date_trunc('milliseconds', statement_timestamp()) + :holdSeconds * interval '1 second',
      date_trunc('milliseconds', statement_timestamp())
    from quota
    returning id, hold_expires_at, created_at
  ),
  claims as (
    insert into seat_claims (performance_id, seat, reservation_id)
    select w.performance_id, w.seat, r.id from reservation r, wanted w order by w.performance_id, w.seat
  ),
  made_tickets as (
    insert into tickets
      (id, reservation_id, performance_id, concert_name, performance_name, perform_at, seat, price_won, reserver_name)
    select w.ticket_id, r.id, w.performance_id, w.concert_name, w.name, w.perform_at, w.seat, w.price_won,
      w.reserver_name
    from reservation r, wanted w
  )
  select o.kind, r.hold_expires_at, r.created_at,
    case when o.kind = 'expired-in-the-way' then (select array_agg(distinct id) from claimed) end as in_the_way
  from obstacle o left join reservation r on true`;

const OWN_EXPIRED_HOLDS = `
  select id from reservations
  where user_id = :userId and concert_id = :concertId
    and status = 'HELD' and hold_expires_at <= statement_timestamp()`;

const UNIQUE_VIOLATION = '23505';
const CLAIM_KEY = 'seat_claims_pkey';

const isClaimTaken = (error: unknown): boolean =>
  error instanceof Error &&
  (error as { code?: string }).code === UNIQUE_VIOLATION &&
  (error as { constraint?: string }).constraint === CLAIM_KEY;

/**
 * Holds all of the seats or none. Any outcome but `held` leaves the transaction to be rolled back, at least to the
 * savepoint before this call: the one that lost the race on the key has aborted it.
 */
export async function insertHold(trx: Knex.Transaction, hold: NewHold, terms: HoldTerms): Promise<HoldOutcome> {
  try {
    const { rows } = await trx.raw(INSERT_HOLD, bindingsOf(hold, terms)).options({ name: 'insert-hold' });
    const [row] = rows;
    if (row.created_at) return { kind: 'held', createdAt: row.created_at, holdExpiresAt: row.hold_expires_at };
    if (row.kind === 'expired-in-the-way') return { kind: row.kind, reservationIds: row.in_the_way };
    return row.kind ? { kind: row.kind } : await overQuota(trx, hold);
  } catch (error) {
    if (isClaimTaken(error)) return { kind: 'taken' };
    throw error;
  }
}

/** The user's own expired holds count against the limit until they are expired. */
async function overQuota(trx: Knex.Transaction, { userId, concertId }: NewHold): Promise<HoldOutcome> {
  const { rows } = await trx.raw<{ rows: { id: string }[] }>(OWN_EXPIRED_HOLDS, { userId, concertId });
  if (rows.length === 0) return { kind: 'too-many-seats' };
  return { kind: 'expired-in-the-way', reservationIds: rows.map(({ id }) => id) };
}

const bindingsOf = (hold: NewHold, terms: HoldTerms) => ({
  reservationId: hold.id,
  userId: hold.userId,
  concertId: hold.concertId,
  queueTokenId: hold.queueTokenId,
  amountWon: hold.amountWon,
  onFailedPayment: hold.onFailedPayment,
  holdSeconds: terms.holdSeconds,
  maxSeatsPerUser: terms.maxSeatsPerUser,
  requireBalanceAtHold: terms.requireBalanceAtHold,
  seatCount: hold.tickets.length,
  ticketIds: hold.tickets.map(({ id }) => id),
  performanceIds: hold.tickets.map(({ performanceId }) => performanceId),
  seatNumbers: hold.tickets.map(({ seat }) => seat),
  reserverNames: hold.tickets.map(({ reserverName }) => reserverName),
});

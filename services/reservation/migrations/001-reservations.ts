import type { Migration } from '@frontrow/messaging/migrations';

/**
 * Reservations, their tickets and what they claim.
 *
 * Whoever ends a reservation locks its row, then the quotas, then the claims; a hold locks its quota, then the
 * claims in order of (performance, seat). One order everywhere, so nobody waits in a circle.
 */
export const reservations: Migration = {
  name: 'reservation-001-reservations',
  async up(knex) {
    await knex.raw(`
      create table reservations (
        id uuid primary key,
        user_id text not null,
        concert_id uuid not null,
        queue_token_id text not null,
        status text not null check (status in ('HELD', 'CONFIRMED', 'ISSUED', 'EXPIRED', 'RELEASED', 'CANCELLED')),
        amount_won bigint not null check (amount_won >= 0),
        on_failed_payment text not null check (on_failed_payment in ('keep', 'cancel')),
        hold_expires_at timestamptz,
        remaining_ms integer check (remaining_ms >= 0),
        payment_id uuid,
        created_at timestamptz not null,
        constraint only_a_hold_has_a_clock check ((status = 'HELD') = (hold_expires_at is not null)),
        constraint only_a_confirmed_hold_has_time_left check ((status = 'CONFIRMED') = (remaining_ms is not null)),
        constraint a_payment_confirms_and_issues
          check (status not in ('CONFIRMED', 'ISSUED', 'CANCELLED') or payment_id is not null)
      );
      -- A user's pages, newest first: ids are UUIDv7.
      create index reservations_of_user on reservations (user_id, id);
      -- What the sweeper looks for; holds only, so it stays as small as the sale is busy.
      create index holds_by_expiry on reservations (hold_expires_at) where status = 'HELD';

      -- A copy of what was sold, as it was sold. A ticket's status is its reservation's.
      create table tickets (
        id uuid primary key,
        reservation_id uuid not null references reservations (id),
        performance_id uuid not null,
        concert_name text not null,
        performance_name text not null,
        perform_at timestamptz not null,
        seat integer not null check (seat >= 1),
        price_won bigint not null check (price_won >= 0),
        reserver_name text
      );
      create index tickets_of_reservation on tickets (reservation_id);

      -- Invariant 1: a seat of a performance has at most one live claim. This key decides every race for a seat.
      create table seat_claims (
        performance_id uuid not null,
        seat integer not null,
        reservation_id uuid not null references reservations (id),
        primary key (performance_id, seat)
      );

      -- How many seats of a concert a user has in HELD, CONFIRMED and ISSUED reservations.
      create table seat_quotas (
        user_id text not null,
        concert_id uuid not null,
        seats integer not null check (seats >= 0),
        primary key (user_id, concert_id)
      );

      -- Payments that were undone here: a confirmation that comes after its undo is refused.
      create table undone_payments (
        payment_id uuid primary key,
        undone_at timestamptz not null default statement_timestamp()
      );
      create index undone_payments_by_age on undone_payments (undone_at);
    `);
  },
  async down(knex) {
    await knex.raw('drop table undone_payments, seat_quotas, seat_claims, tickets, reservations');
  },
};

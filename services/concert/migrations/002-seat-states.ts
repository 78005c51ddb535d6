import type { Migration } from '@frontrow/service-kit/postgres';

/**
 * A projection of reservation's events. A seat may have several rows for a while, of reservations whose events
 * arrive in another order than they happened: it is free when none of them is live.
 *
 * A seat map's version is the sum of its `changes`. Each writer counts in a row of its own, so that consumers
 * of several partitions, each with a batch in one transaction, don't wait for each other.
 */
export const seatStates: Migration = {
  name: 'concert-002-seat-states',
  async up(knex) {
    await knex.raw(`
      create table seat_states (
        performance_id uuid not null,
        seat integer not null,
        reservation_id uuid not null,
        status text not null check (status in ('held', 'confirmed', 'issued')),
        hold_expires_at timestamptz,
        primary key (performance_id, seat, reservation_id),
        constraint only_a_hold_expires check ((status = 'held') = (hold_expires_at is not null))
      );

      create table seat_map_versions (
        performance_id uuid not null,
        writer integer not null,
        changes bigint not null,
        primary key (performance_id, writer)
      );
    `);
  },
  async down(knex) {
    await knex.raw('drop table seat_map_versions, seat_states');
  },
};

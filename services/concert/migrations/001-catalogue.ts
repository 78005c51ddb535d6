import type { Migration } from '@frontrow/service-kit/postgres';

/** What this service owns. */
export const catalogue: Migration = {
  name: 'concert-001-catalogue',
  async up(knex) {
    await knex.raw(`
      create table concerts (
        id uuid primary key,
        name text not null,
        artist text not null,
        policies jsonb not null,
        announced_at timestamptz not null
      );

      create table performances (
        id uuid primary key,
        concert_id uuid not null references concerts (id),
        name text not null,
        perform_at timestamptz not null,
        price_won bigint not null check (price_won >= 0),
        total_seats integer not null check (total_seats between 1 and 50000)
      );
      create index performances_by_time on performances (concert_id, perform_at, id);
    `);
  },
  async down(knex) {
    await knex.raw('drop table performances, concerts');
  },
};

import type { Migration } from '@frontrow/messaging/migrations';

/** What reservation knows of the other services, from their events. */
export const projections: Migration = {
  name: 'reservation-002-projections',
  async up(knex) {
    await knex.raw(`
      create table performances (
        id uuid primary key,
        concert_id uuid not null,
        concert_name text not null,
        name text not null,
        perform_at timestamptz not null,
        price_won bigint not null,
        total_seats integer not null,
        policies jsonb not null
      );

      create table balances (
        user_id text primary key,
        balance_won bigint not null,
        entry_number integer not null
      );

      create table spent_tokens (
        token_id text primary key,
        passes_expire_at timestamptz not null
      );
      create index spent_tokens_by_expiry on spent_tokens (passes_expire_at);
    `);
  },
  async down(knex) {
    await knex.raw('drop table spent_tokens, balances, performances');
  },
};

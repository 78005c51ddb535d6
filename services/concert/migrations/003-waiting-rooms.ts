import type { Migration } from '@frontrow/service-kit/postgres';

/** A projection of queue's events: what a seat map must know of the waiting room in front of it. */
export const waitingRooms: Migration = {
  name: 'concert-003-waiting-rooms',
  async up(knex) {
    await knex.raw(`
      create table rooms (
        concert_id uuid primary key,
        mode text not null
      );

      create table spent_tokens (
        token_id text primary key,
        passes_expire_at timestamptz not null
      );
      create index spent_tokens_by_end on spent_tokens (passes_expire_at);
    `);
  },
  async down(knex) {
    await knex.raw('drop table spent_tokens, rooms');
  },
};

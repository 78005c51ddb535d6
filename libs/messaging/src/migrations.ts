import type { Knex } from 'knex';

/** One step of a database's schema; service-kit's `migrate` runs each once, in a transaction. */
export interface Migration {
  readonly name: string;
  up(knex: Knex): Promise<void>;
  down(knex: Knex): Promise<void>;
}

/** The outbox and the inbox of a service; run before its own. */
export const messagingMigrations: Migration[] = [
  {
    name: 'messaging-001-outbox',
    async up(knex) {
      // `json`, not `jsonb`: it is stored and sent on as it came, and an operator can still query it.
      await knex.raw(`
        create table outbox (
          seq bigint generated always as identity primary key,
          bucket smallint not null,
          id uuid not null,
          topic text not null,
          key text not null,
          headers json not null,
          value json not null,
          created_at timestamptz not null default now()
        )`);
      // Every row is deleted within milliseconds: clean up by their number, not by their share of a table that is empty.
      await knex.raw(`
        alter table outbox set (
          autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000,
          autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 100000,
          autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 100000
        )`);
    },
    async down(knex) {
      await knex.raw('drop table outbox');
    },
  },
  {
    name: 'messaging-002-inbox',
    async up(knex) {
      await knex.raw(`
        create table inbox (
          consumer text not null,
          message_id text not null,
          received_at timestamptz not null default now(),
          primary key (consumer, message_id)
        )`);
      // Rows arrive in the order of time, which is what BRIN is for: a B-tree would cost every insert.
      await knex.raw('create index inbox_received_at on inbox using brin (received_at)');
    },
    async down(knex) {
      await knex.raw('drop table inbox');
    },
  },
];

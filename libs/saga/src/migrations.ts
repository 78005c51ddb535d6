import type { Knex } from 'knex';

export const sagaMigrations = [
  {
    name: 'saga-001-sagas',
    async up(knex: Knex): Promise<void> {
      await knex.raw(`
        create table sagas (
          id           uuid primary key,
          name         text not null,
          status       text not null check (status in ('RUNNING', 'COMPENSATING', 'COMPLETED', 'FAILED')),
          state        jsonb not null,
          position     int not null,
          undo         int[] not null,
          failure      jsonb,
          command_ids  uuid[] not null,
          attempts     int not null,
          deadline_at  timestamptz,
          started_at   timestamptz not null,
          moved_at     timestamptz not null,
          -- every saga that hasn't ended has a deadline, or nothing would ever resume it
          check ((deadline_at is null) = (status in ('COMPLETED', 'FAILED')))
        );
        create index sagas_by_deadline on sagas (deadline_at) where deadline_at is not null;
        create table saga_log (
          saga_id     uuid not null references sagas (id),
          seq         bigint generated always as identity,
          at          timestamptz not null,
          kind        text not null,
          step        text,
          message_id  text,
          detail      text,
          primary key (saga_id, seq)
        );
      `);
    },
    async down(knex: Knex): Promise<void> {
      await knex.raw('drop table saga_log, sagas');
    },
  },
];

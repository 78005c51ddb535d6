import type { Knex } from 'knex';

export const payments = {
  name: 'payment-001-payments',
  async up(knex: Knex): Promise<void> {
    await knex.raw(`
      create table payments (
        id               uuid primary key,
        user_id          text not null,
        reservation_id   uuid not null,
        status           text not null check (status in ('PENDING', 'COMPLETED', 'FAILED')),
        code             text,
        parts            jsonb not null,
        amount_won       bigint check (amount_won >= 0),
        balance_won      bigint check (balance_won >= 0),
        hold_expires_at  timestamptz,
        tickets          jsonb not null default '[]',
        -- null once a payment failed with a code that may succeed on a retry: the key may be used again
        idempotency_key  text,
        fingerprint      text not null,
        created_at       timestamptz not null,
        ended_at         timestamptz,
        check ((code is not null) = (status = 'FAILED')),
        check ((ended_at is not null) = (status <> 'PENDING')),
        unique (user_id, idempotency_key)
      );
      -- one reservation is paid at most once, whatever the saga believes
      create unique index payments_one_completed on payments (reservation_id) where status = 'COMPLETED';
      create index payments_by_user on payments (user_id, id desc);
    `);
  },
  async down(knex: Knex): Promise<void> {
    await knex.raw('drop table payments');
  },
};

import type { Migration } from '@frontrow/service-kit/postgres';

/**
 * The wallet's rules, kept by the database itself whatever the code does: a balance is never negative, it is
 * the one its newest entry left, each entry follows the one before, and the ledger only grows.
 */
export const wallets: Migration = {
  name: 'wallet-001-wallets',
  async up(knex) {
    await knex.raw(`
      create table wallets (
        user_id text primary key,
        balance_won bigint not null default 0 constraint balance_is_not_negative check (balance_won >= 0),
        entries integer not null default 0 check (entries >= 0)
      );

      create table ledger_entries (
        id uuid not null,
        user_id text not null,
        entry_number integer not null check (entry_number >= 1),
        kind text not null,
        amount_won bigint not null,
        balance_won bigint not null check (balance_won >= 0),
        payment_id uuid,
        -- The time of the insert, not of the transaction's start: later entries are never older.
        created_at timestamptz not null default clock_timestamp(),
        primary key (user_id, entry_number),
        constraint kind_fits_amount check (
          case kind
            when 'CHARGE' then amount_won > 0 and payment_id is null
            when 'DEBIT' then amount_won <= 0 and payment_id is not null
            when 'REFUND' then amount_won >= 0 and payment_id is not null
            else false
          end
        )
      );
      create unique index one_debit_and_one_refund_per_payment
        on ledger_entries (payment_id, kind) where payment_id is not null;

      create table barred_debits (
        payment_id uuid primary key,
        user_id text not null,
        barred_at timestamptz not null default now()
      );

      create function refuse_change() returns trigger language plpgsql as $$
      begin
        raise exception 'the ledger is append-only: % refused', tg_op using errcode = 'restrict_violation';
      end $$;
      create trigger ledger_is_append_only
        before update or delete or truncate on ledger_entries
        for each statement execute function refuse_change();

      create function require_entry_to_follow() returns trigger language plpgsql as $$
      begin
        if new.balance_won is distinct from new.amount_won + (
          select case when new.entry_number = 1 then 0 else (
            select balance_won from ledger_entries
            where user_id = new.user_id and entry_number = new.entry_number - 1
          ) end
        ) then
          raise exception 'entry % of wallet % does not follow the one before', new.entry_number, new.user_id
            using errcode = 'check_violation', constraint = 'entry_follows_the_last';
        end if;
        if not exists (select from wallets where user_id = new.user_id and entries >= new.entry_number) then
          raise exception 'entry % is not counted in wallet %', new.entry_number, new.user_id
            using errcode = 'check_violation', constraint = 'entry_is_counted';
        end if;
        return null;
      end $$;
      create constraint trigger entry_follows_the_last
        after insert on ledger_entries deferrable initially deferred
        for each row execute function require_entry_to_follow();

      create function require_balance_of_newest_entry() returns trigger language plpgsql as $$
      begin
        if exists (
          select from wallets w
          left join ledger_entries newest on newest.user_id = w.user_id and newest.entry_number = w.entries
          where w.user_id = new.user_id
            and w.balance_won is distinct from case when w.entries = 0 then 0 else newest.balance_won end
        ) then
          raise exception 'the balance of wallet % is not that of its newest entry', new.user_id
            using errcode = 'check_violation', constraint = 'balance_is_the_newest_entrys';
        end if;
        return null;
      end $$;
      create constraint trigger balance_is_the_newest_entrys
        after insert or update on wallets deferrable initially deferred
        for each row execute function require_balance_of_newest_entry();
    `);
  },
  async down(knex) {
    await knex.raw(`
      drop table barred_debits, ledger_entries, wallets;
      drop function refuse_change, require_entry_to_follow, require_balance_of_newest_entry;
    `);
  },
};

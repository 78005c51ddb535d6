import type { Knex } from 'knex';

/** Refuses a confirmation of this payment from now on; doing it twice changes nothing. */
export async function markUndone(trx: Knex.Transaction, paymentId: string): Promise<void> {
  await trx.raw('insert into undone_payments (payment_id) values (:paymentId) on conflict do nothing', { paymentId });
}

/** Ask after locking the reservation, in a statement of its own: a snapshot taken before the lock may miss the mark. */
export async function isUndone(trx: Knex.Transaction, paymentId: string): Promise<boolean> {
  const { rows } = await trx.raw('select 1 from undone_payments where payment_id = :paymentId', { paymentId });
  return rows.length > 0;
}

/** Forgets marks that no command can meet any more: the topic keeps commands 7 days, dead letters 30. */
export async function purgeUndonePayments(db: Knex): Promise<void> {
  await db.raw(`delete from undone_payments where undone_at < statement_timestamp() - interval '31 days'`);
}

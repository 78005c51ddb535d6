import type { Knex } from 'knex';
import type { PaymentRecord } from '../domain/payment.ts';

const COLUMNS = `id, user_id as "userId", reservation_id as "reservationId", status, code, parts, amount_won as "amountWon",
  balance_won as "balanceWon", hold_expires_at as "holdExpiresAt", tickets, fingerprint, created_at as "createdAt",
  ended_at as "endedAt"`;

type Rows = { rows: PaymentRecord[] };

export interface NewPayment {
  readonly id: string;
  readonly userId: string;
  readonly reservationId: string;
  readonly parts: PaymentRecord['parts'];
  readonly idempotencyKey: string;
  readonly fingerprint: string;
  readonly createdAt: Date;
}

/**
 * Undefined when the user's Idempotency-Key has a payment already. A duplicate that comes while the first is not yet
 * committed waits for it here, on the unique index.
 */
export async function insertPayment(trx: Knex.Transaction, payment: NewPayment): Promise<PaymentRecord | undefined> {
  const { rows } = await trx.raw<Rows>(
    `insert into payments (id, user_id, reservation_id, status, parts, idempotency_key, fingerprint, created_at)
     values (:id, :userId, :reservationId, 'PENDING', :parts, :idempotencyKey, :fingerprint, :createdAt)
     on conflict (user_id, idempotency_key) do nothing
     returning ${COLUMNS}`,
    { ...payment, parts: JSON.stringify(payment.parts) },
  );
  return rows[0];
}

export async function findByKey(
  trx: Knex.Transaction,
  userId: string,
  idempotencyKey: string,
): Promise<PaymentRecord | undefined> {
  const { rows } = await trx.raw<Rows>(`select ${COLUMNS} from payments where user_id = ? and idempotency_key = ?`, [
    userId,
    idempotencyKey,
  ]);
  return rows[0];
}

/** What only reads. */
export interface Payments {
  find(id: string): Promise<PaymentRecord | undefined>;
  /** Newest first: ids are UUIDv7, so they sort by time. */
  list(userId: string, beforeId: string | undefined, limit: number): Promise<PaymentRecord[]>;
}

export const paymentReader = (db: Knex): Payments => ({
  async find(id) {
    const { rows } = await db.raw<Rows>(`select ${COLUMNS} from payments where id = ?`, [id]);
    return rows[0];
  },
  async list(userId, beforeId, limit) {
    const { rows } = await db.raw<Rows>(
      `select ${COLUMNS} from payments where user_id = :userId and (:beforeId::uuid is null or id < :beforeId::uuid)
        order by id desc limit :limit`,
      { userId, beforeId: beforeId ?? null, limit },
    );
    return rows;
  },
});

export interface PaymentEnd {
  readonly id: string;
  readonly status: 'COMPLETED' | 'FAILED';
  readonly code: string | null;
  readonly amountWon: number | null;
  readonly balanceWon: number | null;
  readonly holdExpiresAt: string | null;
  readonly tickets: PaymentRecord['tickets'];
  /** Frees the Idempotency-Key, so that a retry under it is a new payment. */
  readonly freeKey: boolean;
  readonly endedAt: Date;
}

/** Throws when the payment isn't pending: the saga ends once. */
export async function endPayment(trx: Knex.Transaction, end: PaymentEnd): Promise<PaymentRecord> {
  const { rows } = await trx.raw<Rows>(
    `update payments set
       status = :status, code = :code, amount_won = :amountWon, balance_won = :balanceWon,
       hold_expires_at = :holdExpiresAt, tickets = :tickets, ended_at = :endedAt,
       idempotency_key = case when :freeKey then null else idempotency_key end
     where id = :id and status = 'PENDING'
     returning ${COLUMNS}`,
    { ...end, tickets: JSON.stringify(end.tickets) },
  );
  if (rows[0] === undefined) {
    throw new Error(`payment ${end.id} has already ended`);
  }
  return rows[0];
}

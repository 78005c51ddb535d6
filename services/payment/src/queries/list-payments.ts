import { decodeCursor, toPage } from '@frontrow/service-kit/pages';
import type { Knex } from 'knex';
import { z } from 'zod';
import { type PaymentView, toView } from '../domain/payment.ts';
import { listPayments as readPayments } from '../store/payments.ts';

const Position = z.object({ id: z.uuid() });

interface PageQuery {
  readonly cursor?: string | undefined;
  readonly limit: number;
}

/** A user's payments, newest first. Errors: ILLEGAL_ARGUMENTS for a foreign cursor. */
export const listPayments =
  (db: Knex) =>
  async (userId: string, { cursor, limit }: PageQuery): Promise<{ items: PaymentView[]; next: string | null }> => {
    const before = decodeCursor(Position, cursor)?.id;
    const payments = await readPayments(db, userId, before, limit + 1);
    return toPage(payments, limit, ({ id }) => ({ id }), toView);
  };

import { decodeCursor, toPage } from '@frontrow/service-kit/pages';
import { z } from 'zod';
import { type PaymentView, toView } from '../domain/payment.ts';
import type { Payments } from '../store/payments.ts';

const Position = z.object({ id: z.uuid() });

interface PageQuery {
  readonly cursor?: string | undefined;
  readonly limit: number;
}

/** A user's payments, newest first. Errors: ILLEGAL_ARGUMENTS for a foreign cursor. */
export const listPayments =
  (payments: Payments) =>
  async (userId: string, { cursor, limit }: PageQuery): Promise<{ items: PaymentView[]; next: string | null }> => {
    const before = decodeCursor(Position, cursor)?.id;
    const found = await payments.list(userId, before, limit + 1);
    return toPage(found, limit, ({ id }) => ({ id }), toView);
  };

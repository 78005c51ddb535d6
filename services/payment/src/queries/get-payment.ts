import { problem } from '@frontrow/service-kit/problem';
import type { User } from '@frontrow/service-kit/route-handler';
import type { Knex } from 'knex';
import type { PaymentRecord } from '../domain/payment.ts';
import { findPayment } from '../store/payments.ts';

/** One's own payment. Errors: PAYMENT_NOT_FOUND, also for another's. */
export const getPayment =
  (db: Knex) =>
  async (user: User, paymentId: string): Promise<PaymentRecord> => {
    const payment = await findPayment(db, paymentId);
    if (payment === undefined || payment.userId !== user.id) {
      throw problem('PAYMENT_NOT_FOUND');
    }
    return payment;
  };

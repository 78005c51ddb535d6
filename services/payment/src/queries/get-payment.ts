import { problem } from '@frontrow/service-kit/problem';
import type { User } from '@frontrow/service-kit/route-handler';
import type { PaymentRecord } from '../domain/payment.ts';
import type { Payments } from '../store/payments.ts';

/** One's own payment. Errors: PAYMENT_NOT_FOUND, also for another's. */
export const getPayment =
  (payments: Payments) =>
  async (user: User, paymentId: string): Promise<PaymentRecord> => {
    const payment = await payments.find(paymentId);
    if (payment === undefined || payment.userId !== user.id) {
      throw problem('PAYMENT_NOT_FOUND');
    }
    return payment;
  };

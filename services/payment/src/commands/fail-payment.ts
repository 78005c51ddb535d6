import { type ErrorCode, errors } from '@frontrow/contracts/errors';
import { paymentFailed } from '@frontrow/contracts/payment';
import type { FailedEnding } from '@frontrow/saga/definition';
import { type Purchase, ticketsAfter } from '../domain/purchase.ts';
import type { PaymentEndings } from '../payment-endings.ts';
import { endPayment } from '../store/payments.ts';

/** Everything that was done is undone; the payment says why. */
export const failPayment =
  (endings: PaymentEndings): FailedEnding<Purchase> =>
  async (uow, purchase, failure) => {
    const code = (failure.code ?? 'PAYMENT_TIMED_OUT') as ErrorCode;
    const payment = await endPayment(uow.trx, {
      id: purchase.paymentId,
      status: 'FAILED',
      code,
      amountWon: purchase.price?.amountWon ?? null,
      balanceWon: purchase.balanceWon ?? null,
      holdExpiresAt: purchase.holdExpiresAt ?? null,
      tickets: ticketsAfter(purchase, 'FAILED'),
      freeKey: errors[code].retriable,
      endedAt: new Date(),
    });
    uow.emit(paymentFailed, {
      paymentId: purchase.paymentId,
      reservationId: purchase.reservationId,
      userId: purchase.userId,
      code,
    });
    uow.afterCommit(() => endings.announce(payment));
  };

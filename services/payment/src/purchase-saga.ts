import { expireToken } from '@frontrow/contracts/queue';
import { cancelReservation, confirmReservation, reopenReservation } from '@frontrow/contracts/reservation';
import { debitPoints, refundPoints } from '@frontrow/contracts/wallet';
import { type Definition, request, saga } from '@frontrow/saga/definition';
import { completePayment } from './commands/complete-payment.ts';
import { failPayment } from './commands/fail-payment.ts';
import { type Purchase, priceOf } from './domain/purchase.ts';
import type { PaymentEndings } from './payment-endings.ts';

const confirm = request<Purchase, typeof confirmReservation>(
  confirmReservation,
  ({ paymentId, reservationId, userId, expectedAmountWon }) => ({
    paymentId,
    reservationId,
    userId,
    expectedAmountWon,
  }),
  (_, reply) => (reply.outcome === 'done' ? { price: reply } : {}),
);

const reopen = request<Purchase, typeof reopenReservation>(
  reopenReservation,
  ({ paymentId, reservationId, userId }) => ({ paymentId, reservationId, userId }),
  (_, reply) => ({ holdExpiresAt: reply.holdExpiresAt }),
);

const cancel = request<Purchase, typeof cancelReservation>(
  cancelReservation,
  ({ paymentId, reservationId, userId }) => ({ paymentId, reservationId, userId }),
);

const debit = request<Purchase, typeof debitPoints>(
  debitPoints,
  (purchase) => ({
    paymentId: purchase.paymentId,
    userId: purchase.userId,
    amountWon: priceOf(purchase).amountWon,
  }),
  (_, reply) => ({ balanceWon: reply.balanceWon }),
);

const refund = request<Purchase, typeof refundPoints>(
  refundPoints,
  ({ paymentId, userId }) => ({ paymentId, userId }),
  (_, reply) => ({ balanceWon: reply.balanceWon }),
);

const expireQueueToken = request<Purchase, typeof expireToken>(expireToken, (purchase) => ({
  paymentId: purchase.paymentId,
  userId: purchase.userId,
  tokenId: priceOf(purchase).queueTokenId,
  concertId: priceOf(purchase).concertId,
}));

/**
 * While the policy isn't known, because the confirmation wasn't answered, the hold is kept: the default, and the
 * one that takes nothing from the buyer.
 */
const reopenOrCancel = {
  oneOf: [reopen, cancel],
  choose: (purchase: Purchase) => (purchase.price?.onFailedPayment === 'cancel' ? cancel : reopen),
};

export const purchaseSaga = (endings: PaymentEndings): Definition<Purchase> =>
  saga<Purchase>('purchase')
    .step(confirm, { undo: reopenOrCancel })
    .pivot(debit, { undo: refund })
    .retriable(expireQueueToken)
    .onCompleted(completePayment(endings))
    .onFailed(failPayment(endings));

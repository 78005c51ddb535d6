import { paymentCompleted } from '@frontrow/contracts/payment';
import type { Ending } from '@frontrow/saga/definition';
import { type Purchase, priceOf, ticketsAfter } from '../domain/purchase.ts';
import type { PaymentEndings } from '../payment-endings.ts';
import { endPayment } from '../store/payments.ts';

/** The saga is through: the payment is history, and reservation issues the tickets when it hears of it. */
export const completePayment =
  (endings: PaymentEndings): Ending<Purchase> =>
  async (uow, purchase) => {
    const { amountWon, concertId, tickets } = priceOf(purchase);
    const payment = await endPayment(uow.trx, {
      id: purchase.paymentId,
      status: 'COMPLETED',
      code: null,
      amountWon,
      balanceWon: purchase.balanceWon ?? null,
      holdExpiresAt: null,
      tickets: ticketsAfter(purchase, 'COMPLETED'),
      freeKey: false,
      endedAt: new Date(),
    });
    uow.emit(paymentCompleted, {
      paymentId: purchase.paymentId,
      reservationId: purchase.reservationId,
      userId: purchase.userId,
      concertId,
      amountWon,
      ticketIds: tickets.map((ticket) => ticket.id),
    });
    uow.afterCommit(() => endings.announce(payment));
  };

import type { Message, ReplyOf } from '@frontrow/contracts/message';
import type { confirmReservation as ConfirmReservation } from '@frontrow/contracts/reservation';
import type { UnitOfWork } from '@frontrow/messaging/transact';
import { confirm } from '../domain/reservation.ts';
import { ticketView } from '../domain/reservation-view.ts';
import { lockReservation } from '../store/reservations.ts';
import { isUndone } from '../store/undone-payments.ts';
import { carryOut } from './carry-out.ts';

type Command = typeof ConfirmReservation;

/** A payment starts: stops the clock of the hold and answers what it costs, or why it can't be paid. */
export async function confirmReservation({ data }: Message<Command>, uow: UnitOfWork): Promise<ReplyOf<Command>> {
  const { paymentId, reservationId, userId, expectedAmountWon } = data;
  const found = await lockReservation(uow.trx, { id: reservationId, userId });
  if (!found) return { paymentId, outcome: 'refused', code: 'RESERVATION_NOT_FOUND' };
  const { reservation, now } = found;
  const undone = await isUndone(uow.trx, paymentId);
  const request = { paymentId, expectedAmountWon, amountWon: reservation.amountWon, undone };
  const decision = confirm(reservation.state, request, now);
  await carryOut(uow, reservation, decision.event);
  if (decision.outcome === 'refused') return { paymentId, outcome: 'refused', code: decision.code };
  return {
    paymentId,
    outcome: 'done',
    concertId: reservation.concertId,
    queueTokenId: reservation.queueTokenId,
    amountWon: reservation.amountWon,
    onFailedPayment: reservation.onFailedPayment,
    tickets: reservation.tickets.map((ticket) => ticketView(ticket, 'CONFIRMED')),
  };
}

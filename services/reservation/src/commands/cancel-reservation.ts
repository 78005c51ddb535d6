import type { Message, ReplyOf } from '@frontrow/contracts/message';
import type { cancelReservation as CancelReservation } from '@frontrow/contracts/reservation';
import type { UnitOfWork } from '@frontrow/messaging/transact';
import { cancel } from '../domain/reservation.ts';
import { lockReservation } from '../store/reservations.ts';
import { markUndone } from '../store/undone-payments.ts';
import { carryOut } from './carry-out.ts';

type Command = typeof CancelReservation;

/** The payment failed and the policy cancels: gives the seats back, and bars a confirmation still on its way. */
export async function cancelReservation({ data }: Message<Command>, uow: UnitOfWork): Promise<ReplyOf<Command>> {
  const { paymentId, reservationId, userId } = data;
  const found = await lockReservation(uow.trx, { id: reservationId, userId });
  await markUndone(uow.trx, paymentId);
  if (found) await carryOut(uow, found.reservation, cancel(found.reservation.state, paymentId).event);
  return { paymentId, outcome: 'done' };
}

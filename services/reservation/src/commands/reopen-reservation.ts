import type { Message, ReplyOf } from '@frontrow/contracts/message';
import type { reopenReservation as ReopenReservation } from '@frontrow/contracts/reservation';
import type { UnitOfWork } from '@frontrow/messaging/transact';
import { evolve, heldUntil, reopen } from '../domain/reservation.ts';
import { lockReservation } from '../store/reservations.ts';
import { markUndone } from '../store/undone-payments.ts';
import { carryOut } from './carry-out.ts';

type Command = typeof ReopenReservation;

/** The payment failed: runs the clock of the hold again, and bars a confirmation that is still on its way. */
export async function reopenReservation({ data }: Message<Command>, uow: UnitOfWork): Promise<ReplyOf<Command>> {
  const { paymentId, reservationId, userId } = data;
  const found = await lockReservation(uow.trx, { id: reservationId, userId });
  await markUndone(uow.trx, paymentId);
  if (!found) return { paymentId, outcome: 'done', holdExpiresAt: null };
  const { reservation, now } = found;
  const { event } = reopen(reservation.state, paymentId, now);
  await carryOut(uow, reservation, event);
  const holdExpiresAt = heldUntil(event ? evolve(event) : reservation.state, paymentId);
  return { paymentId, outcome: 'done', holdExpiresAt: holdExpiresAt?.toISOString() ?? null };
}

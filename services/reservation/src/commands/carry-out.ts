import * as messages from '@frontrow/contracts/reservation';
import type { UnitOfWork } from '@frontrow/messaging/transact';
import { claimsSeats, evolve, type Reservation, type ReservationEvent } from '../domain/reservation.ts';
import { endReservations, saveState } from '../store/reservations.ts';

/** Makes what was decided about a locked reservation true, and tells the others. Null: there is nothing to do. */
export async function carryOut(
  uow: UnitOfWork,
  reservation: Reservation,
  event: ReservationEvent | null,
): Promise<void> {
  if (event === null) return;
  const state = evolve(event);
  if (claimsSeats(state.status)) await saveState(uow.trx, reservation.id, state);
  else await endReservations(uow.trx, [reservation.id], state);
  announce(uow, reservation, event);
}

/** Emits the message of an event. */
export function announce(uow: UnitOfWork, reservation: Reservation, event: ReservationEvent): void {
  const ref = referenceTo(reservation);
  switch (event.kind) {
    case 'confirmed':
      uow.emit(messages.reservationConfirmed, { ...ref, paymentId: event.paymentId });
      return;
    case 'reopened': {
      const { paymentId, holdExpiresAt } = event;
      uow.emit(messages.reservationReopened, { ...ref, paymentId, holdExpiresAt: holdExpiresAt.toISOString() });
      return;
    }
    case 'cancelled':
      uow.emit(messages.reservationCancelled, { ...ref, paymentId: event.paymentId });
      return;
    case 'issued': {
      const ticketIds = reservation.tickets.map(({ id }) => id);
      uow.emit(messages.ticketsIssued, { ...ref, paymentId: event.paymentId, ticketIds });
      return;
    }
    case 'expired':
      uow.emit(messages.holdExpired, ref);
      return;
    case 'released':
      uow.emit(messages.holdReleased, ref);
      return;
    default:
      event satisfies never;
  }
}

/** What every message about a reservation begins with. */
export const referenceTo = ({ id, userId, concertId, queueTokenId, tickets }: Reservation) => ({
  reservationId: id,
  userId,
  concertId,
  queueTokenId,
  seats: tickets.map(({ performanceId, seat }) => ({ performanceId, seat })),
});

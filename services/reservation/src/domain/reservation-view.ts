import type { Reservation as ReservationSchema, Ticket as TicketSchema } from '@frontrow/contracts/reservation';
import type { z } from 'zod';
import { asSeenAt, type Reservation, type ReservationStatus, type Ticket } from './reservation.ts';

export type ReservationView = z.output<typeof ReservationSchema>;
export type TicketView = z.output<typeof TicketSchema>;

/** A ticket's status is its reservation's. */
export const ticketView = (ticket: Ticket, status: ReservationStatus): TicketView => ({
  ...ticket,
  performAt: ticket.performAt.toISOString(),
  status,
});

/** What the buyer is shown at this time. */
export const reservationView = (reservation: Reservation, now: Date): ReservationView => {
  const state = asSeenAt(reservation.state, now);
  return {
    id: reservation.id,
    status: state.status,
    concertId: reservation.concertId,
    holdExpiresAt: state.status === 'HELD' ? state.holdExpiresAt.toISOString() : null,
    amountWon: reservation.amountWon,
    createdAt: reservation.createdAt.toISOString(),
    tickets: reservation.tickets.map((ticket) => ticketView(ticket, state.status)),
  };
};

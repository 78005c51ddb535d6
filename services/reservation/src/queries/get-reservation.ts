import { problem } from '@frontrow/service-kit/problem';
import { reservationView, type ReservationView } from '../domain/reservation-view.ts';
import type { ReservationReader } from '../store/reservations.ts';

/** One of the user's reservations. @throws RESERVATION_NOT_FOUND, for another user's too */
export const getReservation =
  (reservations: ReservationReader) =>
  async (owned: { readonly id: string; readonly userId: string }): Promise<ReservationView> => {
    const found = await reservations.read(owned);
    if (!found) throw problem('RESERVATION_NOT_FOUND');
    return reservationView(found.reservation, found.now);
  };

import { Id } from '@frontrow/contracts/primitives';
import { decodeCursor, toPage } from '@frontrow/service-kit/pages';
import { reservationView, type ReservationView } from '../domain/reservation-view.ts';
import type { ReservationReader } from '../store/reservations.ts';

interface PageRequest {
  readonly userId: string;
  readonly cursor?: string | undefined;
  readonly limit: number;
}

/** The user's reservations, newest first. @throws ILLEGAL_ARGUMENTS for a cursor that is not one of ours */
export const listReservations =
  (reservations: ReservationReader) =>
  async ({ userId, cursor, limit }: PageRequest): Promise<{ items: ReservationView[]; next: string | null }> => {
    const beforeId = decodeCursor(Id, cursor);
    const rows = await reservations.readPage({ userId, beforeId, limit: limit + 1 });
    return toPage(
      rows,
      limit,
      ({ reservation }) => reservation.id,
      ({ reservation, now }) => reservationView(reservation, now),
    );
  };

import { reservationRoutes } from '@frontrow/contracts/reservation';
import { type BoundRoute, handle } from '@frontrow/service-kit/route-handler';
import type { holdSeats } from './commands/hold-seats.ts';
import type { releaseHold } from './commands/release-hold.ts';
import type { getReservation } from './queries/get-reservation.ts';
import type { listReservations } from './queries/list-reservations.ts';

export interface UseCases {
  readonly holdSeats: ReturnType<typeof holdSeats>;
  readonly listReservations: ReturnType<typeof listReservations>;
  readonly getReservation: ReturnType<typeof getReservation>;
  readonly releaseHold: ReturnType<typeof releaseHold>;
}

export const routes = (use: UseCases): BoundRoute[] => [
  handle(reservationRoutes.holdSeats, ({ user, body, queueToken, idempotencyKey }) =>
    use.holdSeats({ userId: user.id, queueToken, idempotencyKey, seats: body.seats }),
  ),
  handle(reservationRoutes.listReservations, async ({ user, query }) => ({
    status: 200,
    body: await use.listReservations({ userId: user.id, ...query }),
  })),
  handle(reservationRoutes.getReservation, async ({ user, params }) => ({
    status: 200,
    body: await use.getReservation({ userId: user.id, id: params.reservationId }),
  })),
  handle(reservationRoutes.releaseHold, async ({ user, params }) => {
    await use.releaseHold({ userId: user.id, id: params.reservationId });
    return { status: 204 };
  }),
];

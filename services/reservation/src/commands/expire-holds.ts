import type { Transact, UnitOfWork } from '@frontrow/messaging/transact';
import { expire } from '../domain/reservation.ts';
import {
  endReservations,
  lockDueHolds,
  lockDueHoldsAmong,
  type ReservationReader,
  type TimedReservation,
} from '../store/reservations.ts';
import { announce } from './carry-out.ts';

const BATCH_SIZE = 100;

/**
 * Expires every hold whose time is up, batch by batch, and announces each once. Any number of instances may do this
 * at once: a hold that one of them has locked, the others skip.
 *
 * @returns how many it expired
 */
export const expireDueHolds =
  ({ reservations, transact }: { reservations: ReservationReader; transact: Transact }) =>
  async (): Promise<number> => {
    let total = 0;
    while (await reservations.isAnyHoldDue()) {
      const count = await transact(async (uow) => expireAll(uow, await lockDueHolds(uow.trx, BATCH_SIZE)));
      total += count;
      // What is due but locked is somebody else's work.
      if (count === 0) break;
    }
    return total;
  };

/**
 * Expires those of the reservations whose time is up, waiting for whoever is at them: afterwards none of them is in
 * anybody's way.
 */
export const expireHoldsAmong =
  (transact: Transact) =>
  (reservationIds: readonly string[]): Promise<number> =>
    transact(async (uow) => expireAll(uow, await lockDueHoldsAmong(uow.trx, reservationIds)));

async function expireAll(uow: UnitOfWork, found: readonly TimedReservation[]): Promise<number> {
  const ended = found.flatMap(({ reservation, now }) => {
    const { event } = expire(reservation.state, now);
    return event === null ? [] : [{ reservation, event }];
  });
  if (ended.length === 0) return 0;
  const ids = ended.map(({ reservation }) => reservation.id);
  await endReservations(uow.trx, ids, { status: 'EXPIRED' });
  for (const { reservation, event } of ended) announce(uow, reservation, event);
  return ended.length;
}

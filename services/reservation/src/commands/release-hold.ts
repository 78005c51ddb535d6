import type { Transact } from '@frontrow/messaging/transact';
import { problem } from '@frontrow/service-kit/problem';
import { release } from '../domain/reservation.ts';
import { lockReservation } from '../store/reservations.ts';
import { carryOut } from './carry-out.ts';

/**
 * Gives the seats of a hold back at once; what is free already stays so.
 *
 * @throws RESERVATION_NOT_FOUND (for another user's too), PAYMENT_IN_PROGRESS, ALREADY_PAID
 */
export const releaseHold =
  (transact: Transact) =>
  (owned: { readonly id: string; readonly userId: string }): Promise<void> =>
    transact(async (uow) => {
      const found = await lockReservation(uow.trx, owned);
      if (!found) throw problem('RESERVATION_NOT_FOUND');
      const decision = release(found.reservation.state, found.now);
      if (decision.outcome === 'refused') throw problem(decision.code);
      await carryOut(uow, found.reservation, decision.event);
    });

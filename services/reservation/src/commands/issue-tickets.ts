import type { Message } from '@frontrow/contracts/message';
import type { paymentCompleted } from '@frontrow/contracts/payment';
import type { UnitOfWork } from '@frontrow/messaging/transact';
import type { Logger } from '@frontrow/service-kit/logger';
import { issue } from '../domain/reservation.ts';
import { unissuablePayments } from '../metrics.ts';
import { lockReservation } from '../store/reservations.ts';
import { carryOut } from './carry-out.ts';

/**
 * The payment completed: the tickets are the buyer's. A completed payment that has not confirmed the reservation
 * breaks the saga's promise; retrying can't mend it, so it is counted and logged for an operator, not thrown.
 */
export const issueTickets =
  (logger: Logger) =>
  async ({ data }: Message<typeof paymentCompleted>, uow: UnitOfWork): Promise<void> => {
    const { paymentId, reservationId, userId } = data;
    const found = await lockReservation(uow.trx, { id: reservationId, userId });
    const decision = found && issue(found.reservation.state, paymentId);
    if (!decision || decision.outcome === 'refused') {
      const status = found?.reservation.state.status ?? 'unknown';
      unissuablePayments.inc();
      logger.error({ paymentId, reservationId, status }, 'a completed payment has not confirmed its reservation');
      return;
    }
    await carryOut(uow, found.reservation, decision.event);
  };

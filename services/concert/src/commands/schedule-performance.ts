import { performanceScheduled } from '@frontrow/contracts/concert';
import type { Transact, UnitOfWork } from '@frontrow/messaging/transact';
import { idempotently } from '@frontrow/service-kit/idempotency';
import { newId } from '@frontrow/service-kit/ids';
import { problem } from '@frontrow/service-kit/problem';
import type { Answer } from '@frontrow/service-kit/route-handler';
import { findConcert } from '../store/concerts.ts';
import { insertPerformance } from '../store/performances.ts';

export interface SchedulePerformance {
  readonly operatorId: string;
  readonly performance: {
    readonly concertId: string;
    readonly name: string;
    /** ISO 8601. */
    readonly performAt: string;
    readonly priceWon: number;
    readonly seats: number;
  };
  readonly idempotencyKey: string | undefined;
}

/** Puts a performance of a concert on sale. @throws CONCERT_NOT_FOUND */
export const schedulePerformance =
  (transact: Transact) =>
  ({ operatorId, performance: request, idempotencyKey }: SchedulePerformance): Promise<Answer> =>
    transact((uow) =>
      idempotently(uow.trx, { userId: operatorId, route: 'schedulePerformance', key: idempotencyKey, request }, () =>
        schedule(uow, request),
      ),
    );

async function schedule(uow: UnitOfWork, request: SchedulePerformance['performance']): Promise<Answer> {
  const concert = await findConcert(uow.trx, request.concertId);
  if (!concert) throw problem('CONCERT_NOT_FOUND');
  const { seats: totalSeats, ...rest } = request;
  const performance = { id: newId(), ...rest, performAt: new Date(request.performAt), totalSeats };
  await insertPerformance(uow.trx, performance);
  const { id: performanceId, ...scheduled } = performance;
  uow.emit(performanceScheduled, {
    performanceId,
    ...scheduled,
    performAt: performance.performAt.toISOString(),
    concertName: concert.name,
    policies: concert.policies,
  });
  return { status: 201, body: { ...performance, availableSeats: totalSeats } };
}

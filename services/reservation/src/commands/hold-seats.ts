import { seatsHeld } from '@frontrow/contracts/reservation';
import type { Transact, UnitOfWork } from '@frontrow/messaging/transact';
import type { Clock } from '@frontrow/service-kit/clock';
import { idempotently } from '@frontrow/service-kit/idempotency';
import { newId } from '@frontrow/service-kit/ids';
import type { PassVerifier } from '@frontrow/service-kit/pass';
import { problem } from '@frontrow/service-kit/problem';
import type { Answer } from '@frontrow/service-kit/route-handler';
import { amountOf, refuseHold, toSeatRequest, type WantedSeat } from '../domain/hold-request.ts';
import type { Reservation } from '../domain/reservation.ts';
import { reservationView } from '../domain/reservation-view.ts';
import type { Balances } from '../store/balances.ts';
import { type HoldOutcome, insertHold } from '../store/holds.ts';
import type { Performances } from '../store/performances.ts';
import { type Admitted, admitBuyer } from './admit-buyer.ts';
import { referenceTo } from './carry-out.ts';
import { expireHoldsAmong } from './expire-holds.ts';

export interface HoldSeats {
  readonly userId: string;
  readonly queueToken: string | undefined;
  readonly idempotencyKey: string | undefined;
  readonly seats: readonly Parameters<typeof toSeatRequest>[0][];
}

interface Dependencies {
  readonly transact: Transact;
  readonly performances: Performances;
  readonly balances: Balances;
  readonly passes: PassVerifier;
  /** Only says whether a performance has begun; a hold's clock is the database's. */
  readonly clock: Clock;
}

/** Each try expires the holds it finds in its way, so the next one can only meet others. */
const MAX_TRIES = 5;

/**
 * Holds all of the seats or none, once for an Idempotency-Key.
 *
 * The answer may be a problem, which is then kept under the key: SEAT_NOT_FOUND, PERFORMANCE_STARTED,
 * SEAT_LIMIT_EXCEEDED, OUT_OF_BUDGET, ALREADY_TAKEN. What is wrong with a pass is thrown and never kept: the buyer may
 * come back with a better one.
 *
 * @throws ILLEGAL_ARGUMENTS, INVALID_TOKEN, NOT_YOUR_TURN, PERFORMANCE_NOT_FOUND, IDEMPOTENCY_KEY_REUSED
 */
export const holdSeats = (dependencies: Dependencies) => {
  const { transact, clock } = dependencies;
  const admit = admitBuyer(dependencies);
  const expireHolds = expireHoldsAmong(transact);

  return async (request: HoldSeats): Promise<Answer> => {
    const seats = request.seats.map(toSeatRequest);
    const admitted = await admit({ ...request, seats });
    const keyed = { userId: request.userId, route: 'holdSeats', key: request.idempotencyKey, request: { seats } };
    for (let tries = 1; ; tries += 1) {
      try {
        return await transact((uow) => idempotently(uow.trx, keyed, () => hold(uow, admitted, clock())));
      } catch (error) {
        if (error instanceof PassIsSpent) throw problem('INVALID_TOKEN', { detail: 'The pass is spent.' });
        if (!(error instanceof ExpiredHoldsInTheWay)) throw error;
        if (tries === MAX_TRIES) throw problem('UNAVAILABLE', { cause: error, retryAfterSeconds: 1 });
        await expireHolds(error.reservationIds);
      }
    }
  };
};

// These two are no problems: they roll the whole transaction back, the claim on the Idempotency-Key too.
class PassIsSpent extends Error {}

class ExpiredHoldsInTheWay extends Error {
  readonly reservationIds: readonly string[];

  constructor(reservationIds: readonly string[]) {
    super(`expired holds are in the way: ${reservationIds.join(', ')}`);
    this.reservationIds = reservationIds;
  }
}

async function hold(uow: UnitOfWork, { userId, queueTokenId, seats }: Admitted, now: Date): Promise<Answer> {
  const { concertId, policies } = seats[0].performance;
  const refusal = refuseHold(seats, policies, now);
  if (refusal) throw problem(refusal);
  const wanted = {
    id: newId(),
    userId,
    concertId,
    queueTokenId,
    onFailedPayment: policies.onFailedPayment,
    amountWon: amountOf(seats),
    tickets: seats.map(toTicket),
  };
  const { createdAt, holdExpiresAt } = heldOrThrow(await insertHold(uow.trx, wanted, policies));
  const state = { status: 'HELD', holdExpiresAt, reopenedBy: null } as const;
  const reservation: Reservation = { ...wanted, createdAt, state };
  uow.emit(seatsHeld, {
    ...referenceTo(reservation),
    holdExpiresAt: holdExpiresAt.toISOString(),
    amountWon: reservation.amountWon,
    expireTokenOn: policies.expireTokenOn,
  });
  const headers = { Location: `/v1/reservations/${reservation.id}` };
  return { status: 201, body: reservationView(reservation, createdAt), headers };
}

const toTicket = ({ performance, seat, reserverName }: WantedSeat) => ({
  id: newId(),
  concertName: performance.concertName,
  performanceId: performance.id,
  performanceName: performance.name,
  performAt: performance.performAt,
  seat,
  priceWon: performance.priceWon,
  reserverName,
});

const heldOrThrow = (outcome: HoldOutcome): Extract<HoldOutcome, { kind: 'held' }> => {
  switch (outcome.kind) {
    case 'held':
      return outcome;
    case 'taken':
      throw problem('ALREADY_TAKEN');
    case 'too-many-seats':
      throw problem('SEAT_LIMIT_EXCEEDED');
    case 'short-of-points':
      throw problem('OUT_OF_BUDGET');
    case 'spent-pass':
      throw new PassIsSpent();
    case 'expired-in-the-way':
      throw new ExpiredHoldsInTheWay(outcome.reservationIds);
    default:
      return outcome satisfies never;
  }
};

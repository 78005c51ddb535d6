import type { PassVerifier } from '@frontrow/service-kit/pass';
import { problem } from '@frontrow/service-kit/problem';
import { amountOf, duplicateSeat, type SeatRequest, type WantedSeat } from '../domain/hold-request.ts';
import type { Balances } from '../store/balances.ts';
import type { Performances } from '../store/performances.ts';
import { withinLagOf } from '@frontrow/service-kit/within-lag';

/** A buyer whose pass is good for the seats they want. */
export interface Admitted {
  readonly userId: string;
  /** The place in line that the pass was made from. */
  readonly queueTokenId: string;
  readonly seats: readonly [WantedSeat, ...WantedSeat[]];
}

interface Dependencies {
  readonly balances: Balances;
  readonly performances: Performances;
  readonly passes: PassVerifier;
}

interface Request {
  readonly userId: string;
  readonly queueToken: string | undefined;
  readonly seats: readonly SeatRequest[];
}

/**
 * What is checked, and waited for, before a hold's transaction begins: a request that waits for a projection must
 * not keep a connection from the others.
 *
 * @throws ILLEGAL_ARGUMENTS, INVALID_TOKEN, NOT_YOUR_TURN, PERFORMANCE_NOT_FOUND
 */
export const admitBuyer =
  ({ balances, performances, passes }: Dependencies) =>
  async ({ userId, queueToken, seats }: Request): Promise<Admitted> => {
    const twice = duplicateSeat(seats);
    if (twice) throw problem('ILLEGAL_ARGUMENTS', { detail: `Seat ${twice.seat} is asked for twice.` });
    // Before the performances are looked for: a forged token must not make anybody wait.
    if (queueToken !== undefined) await passes.verify(queueToken);
    const wanted = await locateSeats(performances, seats);
    const { concertId, policies } = wanted[0].performance;
    const pass = await passes.requirePass(queueToken, { userId, concertId });
    if (wanted.some(({ performance }) => performance.concertId !== concertId)) {
      throw problem('INVALID_TOKEN', { detail: 'The pass is for one concert; the seats are in several.' });
    }
    if (policies.requireBalanceAtHold) await awaitPoints(balances, userId, amountOf(wanted));
    return { userId, queueTokenId: pass.tokenId, seats: wanted };
  };

async function locateSeats(performances: Performances, seats: readonly SeatRequest[]): Promise<Admitted['seats']> {
  const ids = [...new Set(seats.map(({ performanceId }) => performanceId))];
  const known = await withinLagOf(
    () => performances.find(ids),
    (found) => found.size === ids.length,
  );
  const [first, ...others] = seats.map((seat) => {
    const performance = known.get(seat.performanceId);
    if (!performance) throw problem('PERFORMANCE_NOT_FOUND', { performanceId: seat.performanceId });
    return { ...seat, performance };
  });
  if (!first) throw problem('ILLEGAL_ARGUMENTS', { detail: 'There is no seat in the request.' });
  return [first, ...others];
}

/** Points charged a moment ago may still be on their way here. Whether they suffice, the hold itself decides. */
async function awaitPoints(balances: Balances, userId: string, amountWon: number): Promise<void> {
  await withinLagOf(
    () => balances.knownWon(userId),
    (balanceWon) => balanceWon >= amountWon,
  );
}

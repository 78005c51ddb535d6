import type { PassVerifier } from '@frontrow/service-kit/pass';
import { problem } from '@frontrow/service-kit/problem';
import type { User } from '@frontrow/service-kit/route-handler';
import type { Database } from '@frontrow/service-kit/postgres';
import { findSeatMapHeader } from '../store/performances.ts';
import { isSpent } from '../store/spent-tokens.ts';
import type { SeatMap, SeatMaps } from './seat-maps.ts';

export interface GetSeats {
  readonly performanceId: string;
  readonly bearer: User | undefined;
  readonly queueToken: string | undefined;
}

export interface GetSeatsOptions {
  readonly db: Database;
  readonly passes: PassVerifier;
  readonly seatMaps: SeatMaps;
}

/**
 * The seat map, for those whose turn it is, or for everyone where the waiting room is off.
 * @throws PERFORMANCE_NOT_FOUND, UNAUTHENTICATED, INVALID_TOKEN, NOT_YOUR_TURN
 */
export const getSeats = ({ db, passes, seatMaps }: GetSeatsOptions) => {
  const requireLivePass = async ({ bearer, queueToken }: GetSeats, concertId: string): Promise<void> => {
    if (!bearer) throw problem('UNAUTHENTICATED');
    const { tokenId } = await passes.requirePass(queueToken, { userId: bearer.id, concertId });
    if (await isSpent(db, tokenId)) throw problem('INVALID_TOKEN', { detail: 'The queue token is spent.' });
  };

  return async (request: GetSeats): Promise<SeatMap> => {
    const header = await findSeatMapHeader(db, request.performanceId);
    if (!header) throw problem('PERFORMANCE_NOT_FOUND');
    if (header.roomMode !== 'off') await requireLivePass(request, header.concertId);
    return seatMaps.current(header);
  };
};

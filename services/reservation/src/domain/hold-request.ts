import type { Policies } from '@frontrow/contracts/concert';

/** A performance as this service knows it from concert's announcement; it never changes. */
export interface Performance {
  readonly id: string;
  readonly concertId: string;
  readonly concertName: string;
  readonly name: string;
  readonly performAt: Date;
  readonly priceWon: number;
  readonly totalSeats: number;
  readonly policies: Policies;
}

export interface SeatRequest {
  readonly performanceId: string;
  readonly seat: number;
  readonly reserverName: string | null;
}

/** Ids are compared as text here: a UUID in capitals is the same one. */
export const toSeatRequest = (asked: {
  readonly performanceId: string;
  readonly seat: number;
  readonly reserverName?: string | null | undefined;
}): SeatRequest => ({
  performanceId: asked.performanceId.toLowerCase(),
  seat: asked.seat,
  reserverName: asked.reserverName ?? null,
});

/** A seat that was asked for, beside the performance it is in. */
export interface WantedSeat extends SeatRequest {
  readonly performance: Performance;
}

/** The first seat that is asked for twice, if any. */
export const duplicateSeat = (seats: readonly SeatRequest[]): SeatRequest | undefined => {
  const seen = new Set<string>();
  return seats.find(({ performanceId, seat }) => {
    const key = `${performanceId}/${seat}`;
    if (seen.has(key)) return true;
    seen.add(key);
    return false;
  });
};

export type HoldRefusal = 'SEAT_NOT_FOUND' | 'PERFORMANCE_STARTED' | 'SEAT_LIMIT_EXCEEDED';

/** What speaks against a request before anybody else's holds are looked at; undefined when nothing does. */
export const refuseHold = (seats: readonly WantedSeat[], policies: Policies, now: Date): HoldRefusal | undefined => {
  if (seats.some(({ seat, performance }) => seat > performance.totalSeats)) return 'SEAT_NOT_FOUND';
  if (seats.some(({ performance }) => performance.performAt.getTime() <= now.getTime())) return 'PERFORMANCE_STARTED';
  if (seats.length > policies.maxSeatsPerUser) return 'SEAT_LIMIT_EXCEEDED';
  return undefined;
};

/** Price of all seats, in won. */
export const amountOf = (seats: readonly WantedSeat[]): number =>
  seats.reduce((sum, { performance }) => sum + performance.priceWon, 0);

import type { QueueTokenClaims } from '@frontrow/service-kit/pass';
import type { Place } from './place.ts';
import { tokenIdOf } from './token-id.ts';

const TICKET_LIFE_MS = 24 * 60 * 60 * 1000;

/**
 * The claims of the token that belongs to a place. A ticket lives a day and is made anew in its second half
 * only: a poll in between costs no signature. A pass ends with its slot.
 */
export const claimsFor = (
  place: Place,
  { userId, concertId, presented }: { userId: string; concertId: string; presented?: QueueTokenClaims },
): QueueTokenClaims => {
  const { number, nowMs } = place;
  const who = { tokenId: tokenIdOf(concertId, userId, number), concertId, userId, number };
  if (place.status === 'ACTIVE') return { kind: 'pass', ...who, expiresAtMs: place.passExpiresAtMs };
  const isFresh = presented?.kind === 'ticket' && presented.expiresAtMs - nowMs > TICKET_LIFE_MS / 2;
  return { kind: 'ticket', ...who, expiresAtMs: isFresh ? presented.expiresAtMs : wholeSecond(nowMs + TICKET_LIFE_MS) };
};

/** Whether a token says all that these claims say, so that no new one is needed. */
export const saysTheSame = (presented: QueueTokenClaims, claims: QueueTokenClaims): boolean =>
  presented.kind === claims.kind &&
  presented.expiresAtMs === claims.expiresAtMs &&
  presented.tokenId === claims.tokenId;

const wholeSecond = (ms: number): number => Math.floor(ms / 1000) * 1000;

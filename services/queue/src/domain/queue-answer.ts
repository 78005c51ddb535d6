import { createHash } from 'node:crypto';
import type { QueueToken } from '@frontrow/contracts/queue';
import type { QueueTokenClaims } from '@frontrow/service-kit/pass';
import type { z } from 'zod';
import { estimateWaitSeconds } from './estimate.ts';
import type { Place } from './place.ts';
import { pollAfterSeconds } from './poll-after.ts';

export type QueueAnswer = z.output<typeof QueueToken>;

/** What a person is told about their place. */
export const answerFor = (place: Place, token: string, claims: QueueTokenClaims): QueueAnswer => ({
  token,
  status: place.status,
  concertId: claims.concertId,
  number: place.number,
  ahead: place.status === 'WAITING' ? place.ahead : 0,
  estimatedWaitSeconds: place.status === 'WAITING' ? estimateWaitSeconds(place) : 0,
  pollAfterSeconds: pollAfterSeconds(place, claims.tokenId),
  expiresAt: new Date(claims.expiresAtMs).toISOString(),
});

/**
 * Changes when the answer does. The token itself doesn't count, the time it expires does: a new ticket is made
 * only for the sake of that, and must not be kept back by a 304.
 */
export const etagOf = (answer: QueueAnswer, { tokenId }: QueueTokenClaims): string => {
  const said = JSON.stringify({ ...answer, token: tokenId });
  return `"${createHash('sha1').update(said).digest('base64url')}"`;
};

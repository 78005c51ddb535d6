import type { QueueTokenClaims } from '@frontrow/service-kit/pass';
import type { Answer } from '@frontrow/service-kit/route-handler';
import type { Place } from './domain/place.ts';
import { answerFor, etagOf } from './domain/queue-answer.ts';
import { claimsFor, saysTheSame } from './domain/queue-token.ts';
import type { Tokens } from './tokens.ts';

export interface Holder {
  readonly userId: string;
  readonly concertId: string;
  /** The token that came with the request, if one did. */
  readonly presented?: { readonly token: string; readonly claims: QueueTokenClaims };
}

/** A place as its holder is told of it, with the token that belongs to it: the one presented, or a new one. */
export const placeAnswer = async (
  tokens: Tokens,
  place: Place,
  { userId, concertId, presented }: Holder,
): Promise<Required<Pick<Answer, 'body' | 'headers'>>> => {
  const claims = claimsFor(place, { userId, concertId, presented: presented?.claims });
  const token =
    presented !== undefined && saysTheSame(presented.claims, claims)
      ? presented.token
      : await tokens.sign(claims, place.nowMs);
  const body = answerFor(place, token, claims);
  return { body, headers: { ETag: etagOf(body, claims), 'Retry-After': String(body.pollAfterSeconds) } };
};

import { createRemoteJWKSet, type JWTPayload, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { isKeySetUnreachable, JWKS_OPTIONS } from './jwks.ts';
import { problem } from './problem.ts';

/** How queue signs its tickets and passes, and everyone else reads them. */
export const PASS_ISSUER = 'frontrow-queue';
export const PASS_AUDIENCE = 'frontrow';
export const PASS_ALGORITHM = 'EdDSA';

/** The claims of a ticket or pass beside `sub` (user id), `jti` (token id), `iat` and `exp`. */
export const passClaims = { kind: 'use', concertId: 'cid', number: 'num' } as const;

export interface QueueTokenClaims {
  /** A ticket waits; a pass lets in. */
  readonly kind: 'ticket' | 'pass';
  readonly tokenId: string;
  readonly concertId: string;
  readonly userId: string;
  readonly number: number;
  readonly expiresAtMs: number;
}

export interface PassVerifier {
  /** @throws INVALID_TOKEN, or UNAVAILABLE when queue's keys can't be fetched. */
  verify(token: string): Promise<QueueTokenClaims>;
  /** @throws as `verify`; INVALID_TOKEN too for another user or concert, NOT_YOUR_TURN for a ticket. */
  requirePass(
    token: string | undefined,
    expected: { readonly userId: string; readonly concertId: string },
  ): Promise<QueueTokenClaims>;
}

const Claims = z.object({
  [passClaims.kind]: z.enum(['ticket', 'pass']),
  [passClaims.concertId]: z.string().min(1),
  [passClaims.number]: z.int().min(0),
  sub: z.string().min(1),
  jti: z.string().min(1).max(200),
  exp: z.int(),
});

const MAX_TOKEN_LENGTH = 2_048;

/** Verifies queue's tokens from its JWKS; verified ones are remembered until they expire, as in auth.ts. */
export const createPassVerifier = ({ jwksUrl }: { readonly jwksUrl: string }): PassVerifier => {
  const keySet = createRemoteJWKSet(new URL(jwksUrl), JWKS_OPTIONS);
  const remembered = new LRUCache<string, QueueTokenClaims>({ max: 50_000 });

  const check = async (token: string): Promise<QueueTokenClaims> => {
    if (token.length > MAX_TOKEN_LENGTH) throw problem('INVALID_TOKEN');
    const { payload } = await jwtVerify(token, keySet, {
      issuer: PASS_ISSUER,
      audience: PASS_AUDIENCE,
      algorithms: [PASS_ALGORITHM],
    }).catch((cause: unknown) => {
      if (isKeySetUnreachable(cause)) throw problem('UNAVAILABLE', { cause, retryAfterSeconds: 1 });
      throw problem('INVALID_TOKEN', { cause });
    });
    const claims = claimsFrom(payload);
    remembered.set(token, claims);
    return claims;
  };

  const verify = async (token: string): Promise<QueueTokenClaims> => {
    const known = remembered.get(token);
    if (known === undefined) return check(token);
    if (known.expiresAtMs > Date.now()) return known;
    remembered.delete(token);
    throw problem('INVALID_TOKEN', { detail: 'The queue token has expired.' });
  };

  return {
    verify,
    async requirePass(token, expected) {
      if (token === undefined) throw problem('INVALID_TOKEN', { detail: 'The Queue-Token header is missing.' });
      const claims = await verify(token);
      if (claims.userId !== expected.userId || claims.concertId !== expected.concertId) {
        throw problem('INVALID_TOKEN', { detail: 'The queue token is for another user or concert.' });
      }
      if (claims.kind === 'ticket') throw problem('NOT_YOUR_TURN');
      return claims;
    },
  };
};

const claimsFrom = (payload: JWTPayload): QueueTokenClaims => {
  const { success, data } = Claims.safeParse(payload);
  if (!success) throw problem('INVALID_TOKEN', { detail: 'The queue token lacks claims.' });
  return {
    kind: data[passClaims.kind],
    tokenId: data.jti,
    concertId: data[passClaims.concertId],
    userId: data.sub,
    number: data[passClaims.number],
    expiresAtMs: data.exp * 1000,
  };
};

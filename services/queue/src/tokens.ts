import type { Clock } from '@frontrow/service-kit/clock';
import {
  PASS_ALGORITHM,
  PASS_AUDIENCE,
  PASS_ISSUER,
  passClaims,
  type QueueTokenClaims,
} from '@frontrow/service-kit/pass';
import { problem } from '@frontrow/service-kit/problem';
import {
  calculateJwkThumbprint,
  type CryptoKey,
  createLocalJWKSet,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
  type JWTPayload,
  jwtVerify,
  SignJWT,
} from 'jose';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';

/** Signs tickets and passes, and reads them again. */
export interface Tokens {
  sign(claims: QueueTokenClaims, issuedAtMs: number): Promise<string>;
  /** The claims of a token of this user. @throws INVALID_TOKEN */
  verify(token: string, userId: string): QueueTokenClaims | Promise<QueueTokenClaims>;
  /** What others need to verify them: the public halves. */
  readonly jwks: { readonly keys: readonly JWK[] };
}

/** A new Ed25519 key, private half included. */
export const generateSigningKeys = async (): Promise<JWK[]> => {
  const { privateKey } = await generateKeyPair(PASS_ALGORITHM, { crv: 'Ed25519', extractable: true });
  return [await exportJWK(privateKey)];
};

const Claims = z.object({
  sub: z.string(),
  jti: z.string(),
  exp: z.int(),
  [passClaims.kind]: z.enum(['ticket', 'pass']),
  [passClaims.concertId]: z.string(),
  [passClaims.number]: z.int(),
});

const MAX_TOKEN_LENGTH = 2_048;
const MAX_REMEMBERED = 100_000;

/**
 * The first key signs; all of them verify, so a key is rotated by putting a new one in front and taking the old
 * one away when its last token has expired, a day later.
 *
 * Verified tokens are remembered: a signature check costs some 60 µs, a look-up under one.
 */
export const createTokens = async (signingKeys: readonly JWK[], clock: Clock): Promise<Tokens> => {
  const keys = await Promise.all(signingKeys.map(prepare));
  const [signing] = keys;
  if (signing === undefined) throw new Error('There is no key to sign queue tokens with.');
  const jwks = { keys: keys.map(({ publicJwk }) => publicJwk) };
  const keySet = createLocalJWKSet(jwks);
  const remembered = new LRUCache<string, QueueTokenClaims>({ max: MAX_REMEMBERED });

  const check = async (token: string, userId: string): Promise<QueueTokenClaims> => {
    if (token.length > MAX_TOKEN_LENGTH) throw problem('INVALID_TOKEN');
    const { payload } = await jwtVerify(token, keySet, {
      issuer: PASS_ISSUER,
      audience: PASS_AUDIENCE,
      algorithms: [PASS_ALGORITHM],
      currentDate: clock(),
    }).catch((cause: unknown) => {
      throw problem('INVALID_TOKEN', { cause });
    });
    const claims = claimsFrom(payload);
    remembered.set(token, claims);
    return ofUser(claims, userId);
  };

  return {
    jwks,
    sign: ({ kind, tokenId, concertId, userId, number, expiresAtMs }, issuedAtMs) =>
      new SignJWT({ [passClaims.kind]: kind, [passClaims.concertId]: concertId, [passClaims.number]: number })
        .setProtectedHeader({ alg: PASS_ALGORITHM, kid: signing.kid })
        .setIssuer(PASS_ISSUER)
        .setAudience(PASS_AUDIENCE)
        .setSubject(userId)
        .setJti(tokenId)
        .setIssuedAt(Math.floor(issuedAtMs / 1000))
        .setExpirationTime(Math.floor(expiresAtMs / 1000))
        .sign(signing.privateKey),
    verify(token, userId) {
      const known = remembered.get(token);
      if (known === undefined) return check(token, userId);
      if (known.expiresAtMs > clock().getTime()) return ofUser(known, userId);
      remembered.delete(token);
      throw problem('INVALID_TOKEN', { detail: 'The queue token has expired.' });
    },
  };
};

const ofUser = (claims: QueueTokenClaims, userId: string): QueueTokenClaims => {
  if (claims.userId === userId) return claims;
  throw problem('INVALID_TOKEN', { detail: 'The queue token is for another user.' });
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

interface PreparedKey {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly publicJwk: JWK;
}

const prepare = async (jwk: JWK): Promise<PreparedKey> => {
  const { kty, crv, x } = jwk;
  const kid = jwk.kid ?? (await calculateJwkThumbprint(jwk));
  const privateKey = (await importJWK(jwk, PASS_ALGORITHM)) as CryptoKey;
  return { kid, privateKey, publicJwk: { kty, crv, x, kid, alg: PASS_ALGORITHM, use: 'sig' } };
};

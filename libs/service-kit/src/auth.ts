import { LRUCache } from 'lru-cache';
import { createRemoteJWKSet, type JWTPayload, jwtVerify } from 'jose';
import { isKeySetUnreachable } from './jwks.ts';
import { ASYMMETRIC_ALGORITHMS, JWKS_OPTIONS } from './jwks.ts';
import type { Logger } from './logger.ts';
import { problem } from './problem.ts';
import type { User } from './route-handler.ts';

export interface Authenticator {
  /**
   * Who the bearer of this access token is; at once for a token seen before.
   * @throws UNAUTHENTICATED, or UNAVAILABLE when the issuer's keys can't be fetched.
   */
  authenticate(token: string): User | Promise<User>;
}

export interface AuthenticatorOptions {
  readonly issuer: string;
  readonly jwksUrl: string;
  readonly audience: string;
  readonly logger: Logger;
}

interface Verified {
  readonly user: User;
  readonly expiresAtMs: number;
}

const MAX_TOKEN_LENGTH = 8_192;
const CLOCK_TOLERANCE_SECONDS = 5;

/**
 * Checks OIDC access tokens against the issuer's key set. A verified token is remembered until it expires:
 * a signature check costs some 50 µs, a look-up under one. The key is the token itself: hashing it first
 * would cost more than the look-up, and only tokens that were verified are kept, so forgeries can't fill it.
 */
export const createAuthenticator = ({ issuer, jwksUrl, audience, logger }: AuthenticatorOptions): Authenticator => {
  const keySet = createRemoteJWKSet(new URL(jwksUrl), JWKS_OPTIONS);
  const remembered = new LRUCache<string, Verified>({ max: 50_000 });

  const verify = async (token: string): Promise<User> => {
    if (token.length > MAX_TOKEN_LENGTH) throw problem('UNAUTHENTICATED', { detail: 'The access token is too long.' });
    const verified = await jwtVerify(token, keySet, {
      issuer,
      audience,
      algorithms: ASYMMETRIC_ALGORITHMS,
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      requiredClaims: ['sub', 'exp'],
    }).catch((cause: unknown) => {
      if (!isKeySetUnreachable(cause)) throw problem('UNAUTHENTICATED', { cause });
      logger.error({ err: cause, jwksUrl }, 'the keys of the issuer can not be fetched');
      throw problem('UNAVAILABLE', { cause, retryAfterSeconds: 1 });
    });
    const user = userFrom(verified.payload);
    remembered.set(token, {
      user,
      expiresAtMs: (verified.payload.exp as number) * 1000 + CLOCK_TOLERANCE_SECONDS * 1000,
    });
    return user;
  };

  return {
    authenticate(token) {
      const known = remembered.get(token);
      if (known === undefined) return verify(token);
      if (known.expiresAtMs > Date.now()) return known.user;
      remembered.delete(token);
      return verify(token);
    },
  };
};

// biome-ignore lint: control characters are what this looks for
const PLAIN_SUBJECT = /^[^\u0000-\u001f\u007f]{1,128}$/u;

const userFrom = ({ sub, roles }: JWTPayload): User => {
  if (typeof sub !== 'string' || !PLAIN_SUBJECT.test(sub) || !sub.isWellFormed()) {
    throw problem('UNAUTHENTICATED', { detail: 'The access token names no user.' });
  }
  const known = Array.isArray(roles) ? roles.filter((role): role is string => typeof role === 'string') : [];
  return { id: sub, roles: known };
};

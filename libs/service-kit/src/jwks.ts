import { errors, type RemoteJWKSetOptions } from 'jose';

/** Never `none`, never HMAC: a public key must not pass for a shared secret. */
export const ASYMMETRIC_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];

/** An unknown `kid` fetches the keys again, at most once in the cooldown: rotation works, and forgeries can't flood the issuer. */
export const JWKS_OPTIONS: RemoteJWKSetOptions = {
  cooldownDuration: 5_000,
  timeoutDuration: 3_000,
  cacheMaxAge: 10 * 60_000,
};

/** Whether a verification failed for want of keys rather than for the token. */
export const isKeySetUnreachable = (error: unknown): boolean => {
  if (!(error instanceof errors.JOSEError)) return true;
  return (
    error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid || error.code === 'ERR_JOSE_GENERIC'
  );
};

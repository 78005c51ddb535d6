import type { JWTPayload } from 'jose';
import { nowSeconds, startSigningServer } from './jwks-server.ts';

export interface TestIssuer {
  readonly issuer: string;
  readonly jwksUrl: string;
  readonly audience: string;
  /** An access token of this user; other claims (also `exp`, `iss`, `aud`) override the valid ones. */
  tokenFor(userId: string, claims?: { roles?: string[] } & JWTPayload): Promise<string>;
  stop(): Promise<void>;
}

/** An OIDC issuer for one test file: real signatures, real JWKS, one hour's tokens. */
export async function startTestIssuer(): Promise<TestIssuer> {
  const server = await startSigningServer('ES256');
  const audience = 'frontrow';
  return {
    issuer: server.url,
    jwksUrl: server.jwksUrl,
    audience,
    tokenFor: (userId, claims = {}) => {
      const iat = nowSeconds();
      return server.sign({ iss: server.url, aud: audience, sub: userId, iat, exp: iat + 3600, ...claims });
    },
    stop: () => server.stop(),
  };
}

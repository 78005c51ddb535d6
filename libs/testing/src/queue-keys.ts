import { randomUUID } from 'node:crypto';
import { nowSeconds, startSigningServer } from './jwks-server.ts';

export interface PassClaims {
  userId: string;
  concertId: string;
  tokenId?: string;
  number?: number;
  use?: 'pass' | 'ticket';
  /** Negative for one that has expired. */
  expiresInSeconds?: number;
}

export interface TestQueueKeys {
  readonly jwksUrl: string;
  /** A queue token as the queue service signs it; a pass unless `use` says otherwise. */
  passFor(claims: PassClaims): Promise<string>;
  stop(): Promise<void>;
}

/** Stands in for the queue service's keys where a test needs passes but no line. */
export async function startTestQueueKeys(): Promise<TestQueueKeys> {
  const server = await startSigningServer('EdDSA');
  return {
    jwksUrl: server.jwksUrl,
    passFor: ({ userId, concertId, tokenId = randomUUID(), number = 1, use = 'pass', expiresInSeconds = 600 }) => {
      const iat = nowSeconds();
      return server.sign({
        iss: 'frontrow-queue',
        aud: 'frontrow',
        sub: userId,
        jti: tokenId,
        use,
        cid: concertId,
        num: number,
        iat,
        exp: iat + expiresInSeconds,
      });
    },
    stop: () => server.stop(),
  };
}

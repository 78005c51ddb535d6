import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';

export interface SigningServer {
  /** Where it listens, e.g. http://127.0.0.1:40123 */
  readonly url: string;
  readonly jwksUrl: string;
  sign(claims: JWTPayload): Promise<string>;
  stop(): Promise<void>;
}

const JWKS_PATH = '/.well-known/jwks.json';

/** A key pair of its own, its public half served as a JWKS on loopback, and tokens signed by it. */
export async function startSigningServer(alg: 'ES256' | 'EdDSA'): Promise<SigningServer> {
  const { publicKey, privateKey } = await generateKeyPair(alg);
  const jwk = await exportJWK(publicKey);
  const kid = `test-${jwk.x?.slice(0, 8)}`;
  const keys = JSON.stringify({ keys: [{ ...jwk, kid, alg, use: 'sig' }] });
  const server = createServer((request, response) => {
    response.writeHead(request.url === JWKS_PATH ? 200 : 404, { 'content-type': 'application/json' });
    response.end(request.url === JWKS_PATH ? keys : '{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    jwksUrl: url + JWKS_PATH,
    sign: (claims) => new SignJWT(claims).setProtectedHeader({ alg, kid }).sign(privateKey),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export const nowSeconds = () => Math.floor(Date.now() / 1000);

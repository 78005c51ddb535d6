import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { concertRoutes } from '@frontrow/contracts/concert';
import { examples } from '@frontrow/contracts/examples';
import { walletRoutes } from '@frontrow/contracts/wallet';
import { eventually } from '@frontrow/testing/eventually';
import { startTestIssuer } from '@frontrow/testing/issuer';
import { silentLogger } from '@frontrow/testing/logger';
import { SignJWT } from 'jose';
import { startTestApp, type TestApp } from './app.test-kit.ts';
import { createAuthenticator } from './auth.ts';
import { handle } from './route-handler.ts';

const getWallet = handle(walletRoutes.getWallet, ({ user }) => ({
  status: 200,
  body: { userId: user.id, balanceWon: 0 },
}));

describe('access tokens', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ service: 'wallet', routes: [getWallet] });
  });
  afterAll(() => app.stop());

  const ask = (authorization: string) => app.send('GET', '/v1/wallet', { headers: { authorization } });
  const soon = () => Math.floor(Date.now() / 1000) + 60;

  test('a valid one says who calls, however often it comes', async () => {
    const token = await app.issuer.tokenFor('mina');
    for (let time = 0; time < 3; time += 1) {
      const { status, body, headers } = await ask(`Bearer ${token}`);
      expect({ status, body }).toEqual({ status: 200, body: { userId: 'mina', balanceWon: 0 } });
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('etag')).toBeNull();
    }
  });

  test('none is UNAUTHENTICATED, and asks for a bearer token', async () => {
    const { status, body, headers } = await app.send('GET', '/v1/wallet');
    expect({ status, code: body.code }).toEqual({ status: 401, code: 'UNAUTHENTICATED' });
    expect(headers.get('www-authenticate')).toBe('Bearer');
  });

  test('wrong ones are UNAUTHENTICATED', async () => {
    const { issuer } = app;
    const other = await startTestIssuer();
    const secret = new TextEncoder().encode('a shared secret of some length!!');
    const claims = { iss: issuer.issuer, aud: issuer.audience, sub: 'mina', exp: soon() };
    const valid = await issuer.tokenFor('mina');
    const [header, , signature] = valid.split('.');
    const operator = Buffer.from(JSON.stringify({ ...claims, roles: ['operator'] })).toString('base64url');
    const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${operator}.`;
    const wrong = {
      garbage: 'x.y.z',
      empty: '',
      expired: await issuer.tokenFor('mina', { exp: soon() - 120 }),
      'not yet valid': await issuer.tokenFor('mina', { nbf: soon() }),
      'of another issuer': await other.tokenFor('mina'),
      'of another issuer that lies': await other.tokenFor('mina', { iss: issuer.issuer }),
      'for somebody else': await issuer.tokenFor('mina', { aud: 'bank' }),
      'without exp': await issuer.tokenFor('mina', { exp: undefined }),
      'with no name': await issuer.tokenFor(''),
      'with a long name': await issuer.tokenFor('m'.repeat(129)),
      'with NUL in the name': await issuer.tokenFor('mi\0na'),
      tampered: `${header}.${operator}.${signature}`,
      'signed by nobody': none,
      'signed with a secret': await new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(secret),
      huge: `${valid}${'A'.repeat(9_000)}`,
    };
    for (const [what, token] of Object.entries(wrong)) {
      expect({ what, status: (await ask(`Bearer ${token}`)).status }).toEqual({ what, status: 401 });
    }
    expect(await ask(`Basic ${valid}`)).toMatchObject({ status: 401 });
    await other.stop();
  });

  test('a token that was remembered ends when it expires', async () => {
    const authenticator = createAuthenticator({ ...app.issuer, logger: silentLogger() });
    // Past its end, but within the tolerance for clocks that differ.
    const token = await app.issuer.tokenFor('mina', { exp: Math.floor(Date.now() / 1000) - 4 });
    await expect(authenticator.authenticate(token)).resolves.toMatchObject({ id: 'mina' });
    await eventually(
      () =>
        Promise.resolve(authenticator.authenticate(token)).then(
          () => false,
          () => true,
        ),
      {
        what: 'the token to be refused',
      },
    );
  });
});

describe('roles', () => {
  let app: TestApp;
  beforeAll(async () => {
    const example = concertRoutes.announceConcert.answers[201]?.example;
    app = await startTestApp({
      service: 'concert',
      routes: [
        handle(concertRoutes.announceConcert, () => ({ status: 201, body: example })),
        handle(concertRoutes.getSeats, ({ bearer, queueToken }) => ({
          status: 200,
          body: {
            performanceId: examples.performanceId,
            performAt: examples.performAt,
            totalSeats: 50,
            available: bearer === undefined ? [] : [bearer.id.length, (queueToken ?? '').length + 1],
          },
        })),
      ],
    });
  });
  afterAll(() => app.stop());

  test('an operator route refuses everybody else', async () => {
    const json = { name: 'Night', artist: 'Band' };
    const send = (roles?: unknown) =>
      app.send('POST', '/v1/concerts', { as: 'mina', json, ...(roles !== undefined && { roles: roles as string[] }) });
    expect(await send(['operator'])).toMatchObject({ status: 201 });
    for (const roles of [undefined, [], ['user'], 'operator', { operator: true }, [['operator']]]) {
      expect(await send(roles)).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
    }
  });

  test('who may not call is told so before what is wrong with the request', async () => {
    expect(await app.send('POST', '/v1/concerts', { as: 'mina', json: {} })).toMatchObject({ status: 403 });
    expect(await app.send('POST', '/v1/concerts', { json: {} })).toMatchObject({ status: 401 });
  });

  test('a public route that reads a queue token knows the bearer, if there is a true one', async () => {
    const path = `/v1/performances/${examples.performanceId}/seats`;
    const known = await app.send('GET', path, { as: 'mina', headers: { 'queue-token': 'abc' } });
    expect(known.body.available).toEqual([4, 4]);
    expect(known.headers.get('cache-control')).toBe('private, no-cache');
    const nobody = await app.send('GET', path, { headers: { authorization: 'Bearer x.y.z' } });
    expect(nobody).toMatchObject({ status: 200, body: { available: [] } });
  });
});

describe('an issuer that is away', () => {
  test('is UNAVAILABLE, not the caller’s fault; a token seen before still works', async () => {
    const app = await startTestApp({ service: 'wallet', routes: [getWallet] });
    const seen = `Bearer ${await app.issuer.tokenFor('mina')}`;
    const authenticator = createAuthenticator({
      ...app.issuer,
      jwksUrl: `http://127.0.0.1:${await closedPort()}/jwks.json`,
      logger: silentLogger(),
    });
    const lost = await startTestApp({ service: 'wallet', routes: [getWallet], authenticator });
    const unavailable = await lost.send('GET', '/v1/wallet', { headers: { authorization: seen } });
    expect(unavailable).toMatchObject({ status: 503, body: { code: 'UNAVAILABLE' } });
    expect(unavailable.headers.get('retry-after')).toBe('1');
    await lost.stop();

    expect(await app.send('GET', '/v1/wallet', { headers: { authorization: seen } })).toMatchObject({ status: 200 });
    await app.issuer.stop();
    expect(await app.send('GET', '/v1/wallet', { headers: { authorization: seen } })).toMatchObject({ status: 200 });
    await app.server.close();
  });
});

const closedPort = async (): Promise<number> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
};

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { startTestIssuer } from '@frontrow/testing/issuer';
import { startTestQueueKeys, type TestQueueKeys } from '@frontrow/testing/queue-keys';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { createPassVerifier, type PassVerifier } from './pass.ts';

const mina = { userId: 'mina', concertId: 'concert-1' };

describe('passes', () => {
  let queue: TestQueueKeys;
  let passes: PassVerifier;
  beforeAll(async () => {
    queue = await startTestQueueKeys();
    passes = createPassVerifier(queue);
  });
  afterAll(() => queue.stop());
  afterEach(() => void jest.useRealTimers());

  test('a pass lets its user into its concert', async () => {
    const token = await queue.passFor({ ...mina, tokenId: 'q-1', number: 7 });
    for (let time = 0; time < 2; time += 1) {
      const claims = await passes.requirePass(token, mina);
      expect(claims).toEqual({ kind: 'pass', tokenId: 'q-1', ...mina, number: 7, expiresAtMs: expect.any(Number) });
      expect(claims.expiresAtMs).toBeGreaterThan(Date.now());
    }
  });

  test('a ticket is NOT_YOUR_TURN where a pass is needed, and verifies as a ticket', async () => {
    const token = await queue.passFor({ ...mina, use: 'ticket' });
    await expect(passes.requirePass(token, mina)).rejects.toMatchObject({ code: 'NOT_YOUR_TURN', status: 403 });
    await expect(passes.verify(token)).resolves.toMatchObject({ kind: 'ticket' });
  });

  test('a pass for another user or concert, or a ticket of theirs, is INVALID_TOKEN', async () => {
    for (const use of ['pass', 'ticket'] as const) {
      const token = await queue.passFor({ ...mina, use });
      for (const other of [
        { ...mina, userId: 'juno' },
        { ...mina, concertId: 'concert-2' },
      ]) {
        await expect(passes.requirePass(token, other)).rejects.toMatchObject({ code: 'INVALID_TOKEN', status: 401 });
      }
    }
  });

  test('none, garbage, forged, expired and foreign ones are INVALID_TOKEN', async () => {
    const stranger = await startTestQueueKeys();
    const issuer = await startTestIssuer();
    const valid = await queue.passFor(mina);
    const [header, payload, signature = ''] = valid.split('.');
    const changed = Buffer.from(JSON.stringify({ ...JSON.parse(atob(payload as string)), sub: 'juno' })).toString(
      'base64url',
    );
    const wrong = [
      undefined,
      '',
      'garbage',
      'a.b.c',
      `${header}.${changed}.${signature}`,
      `${header}.${payload}.${signature.slice(0, -4)}AAAA`,
      `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`,
      await stranger.passFor(mina),
      await issuer.tokenFor('mina'),
      await queue.passFor({ ...mina, expiresInSeconds: -1 }),
      await queue.passFor({ ...mina, use: 'vip' as never }),
      await queue.passFor({ ...mina, concertId: '' }),
      valid + 'A'.repeat(5_000),
    ];
    for (const token of wrong) {
      await expect(passes.requirePass(token, mina)).rejects.toMatchObject({ code: 'INVALID_TOKEN' });
    }
    await Promise.all([stranger.stop(), issuer.stop()]);
  });

  test('a pass that was remembered ends when it expires', async () => {
    const token = await queue.passFor({ ...mina, expiresInSeconds: 60 });
    await passes.requirePass(token, mina);
    jest.useFakeTimers({
      doNotFake: ['nextTick', 'setImmediate', 'setTimeout', 'performance'],
      now: Date.now() + 61_000,
    });
    await expect(passes.requirePass(token, mina)).rejects.toMatchObject({ code: 'INVALID_TOKEN' });
    await expect(passes.requirePass(token, mina)).rejects.toMatchObject({ code: 'INVALID_TOKEN' });
  });

  test('a queue that is away is UNAVAILABLE', async () => {
    const away = await startTestQueueKeys();
    const token = await away.passFor(mina);
    await away.stop();
    await expect(createPassVerifier(away).requirePass(token, mina)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});

describe('a key set that changes', () => {
  let server: Server;
  let jwksUrl: string;
  let fetches = 0;
  let keys: object[] = [];
  beforeAll(async () => {
    server = createServer((_request, response) => {
      fetches += 1;
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    jwksUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));
  afterEach(() => void jest.useRealTimers());

  const newKey = async (kid: string) => {
    const { publicKey, privateKey } = await generateKeyPair('EdDSA');
    const jwk = { ...(await exportJWK(publicKey)), kid, alg: 'EdDSA' };
    const sign = () =>
      new SignJWT({ use: 'pass', cid: mina.concertId, num: 1 })
        .setProtectedHeader({ alg: 'EdDSA', kid })
        .setIssuer('frontrow-queue')
        .setAudience('frontrow')
        .setSubject(mina.userId)
        .setJti('q-1')
        .setExpirationTime('1h')
        .sign(privateKey);
    return { jwk, sign };
  };

  test('an unknown key is looked for again, but not more often than every few seconds', async () => {
    const [first, second] = [await newKey('k1'), await newKey('k2')];
    const passes = createPassVerifier({ jwksUrl });
    keys = [first.jwk];
    await passes.requirePass(await first.sign(), mina);
    expect(fetches).toBe(1);

    for (let time = 0; time < 20; time += 1) {
      await expect(passes.requirePass(await second.sign(), mina)).rejects.toMatchObject({ code: 'INVALID_TOKEN' });
    }
    expect(fetches).toBe(1);

    keys = [second.jwk, first.jwk];
    jest.useFakeTimers({
      doNotFake: ['nextTick', 'setImmediate', 'setTimeout', 'performance'],
      now: Date.now() + 6_000,
    });
    await expect(passes.requirePass(await second.sign(), mina)).resolves.toMatchObject({ kind: 'pass' });
    await expect(passes.requirePass(await first.sign(), mina)).resolves.toMatchObject({ kind: 'pass' });
    expect(fetches).toBe(2);
  });
});

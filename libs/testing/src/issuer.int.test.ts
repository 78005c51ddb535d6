import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { startTestIssuer, type TestIssuer } from './issuer.ts';
import { startTestQueueKeys, type TestQueueKeys } from './queue-keys.ts';

describe('tokens for tests', () => {
  let issuer: TestIssuer;
  let queue: TestQueueKeys;
  beforeAll(async () => {
    [issuer, queue] = await Promise.all([startTestIssuer(), startTestQueueKeys()]);
  });
  afterAll(() => Promise.all([issuer.stop(), queue.stop()]));

  test('an access token verifies against the issuer that signed it, and no other', async () => {
    const token = await issuer.tokenFor('mina', { roles: ['operator'] });
    const expected = { issuer: issuer.issuer, audience: issuer.audience };
    const { payload } = await jwtVerify(token, createRemoteJWKSet(new URL(issuer.jwksUrl)), expected);
    expect(payload).toMatchObject({ sub: 'mina', roles: ['operator'] });
    await expect(jwtVerify(token, createRemoteJWKSet(new URL(queue.jwksUrl)))).rejects.toThrow();
  });

  test('a pass carries what the queue service says in one', async () => {
    const token = await queue.passFor({ userId: 'mina', concertId: 'c1', number: 7 });
    const expected = { issuer: 'frontrow-queue', audience: 'frontrow' };
    const { payload } = await jwtVerify(token, createRemoteJWKSet(new URL(queue.jwksUrl)), expected);
    expect(payload).toMatchObject({ sub: 'mina', cid: 'c1', num: 7, use: 'pass' });
  });
});

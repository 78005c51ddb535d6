import { describe, expect, test } from '@jest/globals';
import { SignJWT, UnsecuredJWT } from 'jose';
import { createTokens, generateSigningKeys } from './tokens.ts';

let nowMs = Date.parse('2026-12-01T11:00:00.000Z');
const clock = () => new Date(nowMs);
const claims = (expiresInSeconds = 60) => ({
  kind: 'ticket' as const,
  tokenId: 'q-7-abc',
  concertId: '019aa6f0-5c00-7000-8000-000000000001',
  userId: 'mina',
  number: 7,
  expiresAtMs: nowMs + expiresInSeconds * 1000,
});
const invalid = expect.objectContaining({ code: 'INVALID_TOKEN' });
const attempt = async (verify: () => unknown) => verify();

describe('queue tokens', () => {
  test('say after verification what they said at signing, also when remembered', async () => {
    const tokens = await createTokens(await generateSigningKeys(), clock);
    const token = await tokens.sign(claims(), nowMs);
    expect(await tokens.verify(token, 'mina')).toEqual(claims());
    expect(tokens.verify(token, 'mina')).toEqual(claims());
  });

  test('are refused for another user, first and when remembered', async () => {
    const tokens = await createTokens(await generateSigningKeys(), clock);
    const token = await tokens.sign(claims(), nowMs);
    await expect(attempt(() => tokens.verify(token, 'jun'))).rejects.toEqual(invalid);
    await tokens.verify(token, 'mina');
    await expect(attempt(() => tokens.verify(token, 'jun'))).rejects.toEqual(invalid);
  });

  test('are refused once expired, also when remembered', async () => {
    const tokens = await createTokens(await generateSigningKeys(), clock);
    const [known, unknown] = [await tokens.sign(claims(), nowMs), await tokens.sign(claims(59), nowMs)];
    await tokens.verify(known, 'mina');
    nowMs += 61_000;
    await expect(attempt(() => tokens.verify(known, 'mina'))).rejects.toEqual(invalid);
    await expect(attempt(() => tokens.verify(unknown, 'mina'))).rejects.toEqual(invalid);
  });

  test('are refused when forged, unsigned, or meant for something else', async () => {
    const [keys, others] = [await generateSigningKeys(), await generateSigningKeys()];
    const [tokens, forger] = [await createTokens(keys, clock), await createTokens(others, clock)];
    const good = await tokens.sign(claims(), nowMs);
    const [header, payload, signature] = good.split('.') as [string, string, string];
    const otherPayload = Buffer.from(payload, 'base64url').toString().replace('"num":7', '"num":1');
    const key = new TextEncoder().encode(JSON.stringify(tokens.jwks.keys[0]));
    const hmac = new SignJWT({ use: 'pass', cid: claims().concertId, num: 7 }).setProtectedHeader({ alg: 'HS256' });
    const unsecured = new UnsecuredJWT({ use: 'pass', cid: claims().concertId, num: 7 });
    const bad = [
      await forger.sign(claims(), nowMs),
      `${header}.${Buffer.from(otherPayload).toString('base64url')}.${signature}`,
      `${header}.${payload}.`,
      unsecured.setIssuer('frontrow-queue').setAudience('frontrow').setSubject('mina').encode(),
      await hmac.setIssuer('frontrow-queue').setAudience('frontrow').setSubject('mina').sign(key),
      'rubbish',
      `${good}${'x'.repeat(3_000)}`,
    ];
    for (const token of bad) await expect(attempt(() => tokens.verify(token, 'mina'))).rejects.toEqual(invalid);
  });

  test('signed with a key that was rotated out of first place stay good', async () => {
    const [before, after] = [await generateSigningKeys(), await generateSigningKeys()];
    const token = await (await createTokens(before, clock)).sign(claims(), nowMs);
    const rotated = await createTokens([...after, ...before], clock);
    expect(await rotated.verify(token, 'mina')).toEqual(claims());
    expect(rotated.jwks.keys.map(({ d }) => d)).toEqual([undefined, undefined]);
  });
});

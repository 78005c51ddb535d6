import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { allRoutes } from '@frontrow/contracts/catalogue';
import { errors } from '@frontrow/contracts/errors';
import { type ServiceName, services } from '@frontrow/contracts/route';
import { eventually } from '@frontrow/testing/eventually';
import { startTestIssuer, type TestIssuer } from '@frontrow/testing/issuer';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { renderGateway } from './render.ts';

/** A service reduced to what the gateway sees of it: it echoes what reaches it. */
class Echo {
  readonly server: Server;
  port = 0;
  isReady = true;
  requests: string[] = [];
  answer: (request: IncomingMessage, response: ServerResponse) => void = () => undefined;

  constructor(name: string) {
    this.server = createServer((request, response) => {
      if (request.url === '/readyz') {
        response.writeHead(this.isReady ? 200 : 503).end();
        return;
      }
      this.requests.push(`${request.method} ${request.url}`);
      response.setHeader('x-powered-by', 'echo');
      this.answer(request, response);
      if (response.writableEnded || response.headersSent) return;
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ service: name, url: request.url, headers: request.headers }));
    });
  }

  async listen(port = 0): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(port, '127.0.0.1', resolve));
    this.port = (this.server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

const freePort = async (): Promise<number> => {
  const echo = new Echo('');
  await echo.listen();
  await echo.close();
  return echo.port;
};

const RATE_LIMIT = 300;
const folder = mkdtempSync(join(tmpdir(), 'frontrow-gateway-'));
const echoes = Object.fromEntries(services.map((name) => [name, new Echo(name)])) as Record<ServiceName, Echo>;
const secondWallet = new Echo('wallet');
let issuer: TestIssuer;
let envoy: ChildProcess;
let url: string;
let token: string;

const get = (path: string, headers: Record<string, string> = {}, init: RequestInit = {}) =>
  fetch(url + path, { ...init, headers });
const asMina = () => ({ authorization: `Bearer ${token}` });
const pathOf = (template: string) => template.replaceAll(/\{\w+\}/g, '0199d0a0-0000-7000-8000-000000000001');

beforeAll(async () => {
  issuer = await startTestIssuer();
  await Promise.all([...Object.values(echoes), secondWallet].map((echo) => echo.listen()));
  const port = await freePort();
  const endpoint = (echo: Echo) => ({ host: '127.0.0.1', port: echo.port });
  const configuration = renderGateway({
    listen: [{ host: '127.0.0.1', port }],
    issuer: issuer.issuer,
    audience: issuer.audience,
    jwksUrl: issuer.jwksUrl,
    rateLimitPerSecond: RATE_LIMIT,
    endpoints: {
      queue: [endpoint(echoes.queue)],
      concert: [endpoint(echoes.concert)],
      reservation: [endpoint(echoes.reservation)],
      wallet: [endpoint(echoes.wallet), endpoint(secondWallet)],
      payment: [endpoint(echoes.payment)],
      issuer: [{ host: '127.0.0.1', port: Number(new URL(issuer.issuer).port) }],
    },
  });
  writeFileSync(join(folder, 'envoy.yaml'), configuration);
  envoy = spawn(
    process.env.TEST_ENVOY ?? '',
    ['-c', join(folder, 'envoy.yaml'), '--disable-hot-restart', '--concurrency', '1', '--log-level', 'error'],
    { stdio: 'inherit' },
  );
  url = `http://127.0.0.1:${port}`;
  token = await issuer.tokenFor('mina');
  await eventually(async () => (await get('/v1/wallet', asMina())).status === 200, { what: 'the gateway' });
});

afterAll(async () => {
  envoy.kill('SIGKILL');
  await Promise.all([issuer.stop(), ...[...Object.values(echoes), secondWallet].map((echo) => echo.close())]);
  rmSync(folder, { recursive: true, force: true });
});

describe('the gateway', () => {
  test.each(allRoutes.map((route) => [route.method, route.path, route.service]))(
    'sends %s %s to %s',
    async (method, path, service) => {
      const answer = await get(pathOf(path), asMina(), { method: method.toUpperCase() });
      expect(await answer.json()).toMatchObject({ service, url: pathOf(path) });
    },
  );

  test.each(allRoutes.map((route) => [route.method, route.path, route.access]))(
    'lets %s %s through without a token only if it is public (%s)',
    async (method, path, access) => {
      const answer = await get(pathOf(path), {}, { method: method.toUpperCase() });
      expect(answer.status).toBe(access === 'public' ? 200 : 401);
    },
  );

  test('refuses tokens that are expired, for others, by others, or rubbish', async () => {
    const wrong = [
      await issuer.tokenFor('mina', { exp: 1_000_000 }),
      await issuer.tokenFor('mina', { aud: 'another' }),
      await issuer.tokenFor('mina', { iss: 'http://another' }),
      `${token.slice(0, -8)}AAAAAAAA`,
      'rubbish',
    ];
    for (const bad of wrong) {
      const headers = { authorization: `Bearer ${bad}`, 'accept-language': 'en' };
      for (const path of ['/v1/wallet', pathOf('/v1/performances/{id}/seats')]) {
        const answer = await get(path, headers);
        expect(answer.headers.get('content-type')).toMatch('application/problem+json');
        expect(answer.headers.get('www-authenticate')).toMatch('Bearer');
        expect(await answer.json()).toEqual({
          type: '/docs/errors#UNAUTHENTICATED',
          title: errors.UNAUTHENTICATED.en,
          status: 401,
          code: 'UNAUTHENTICATED',
          instance: path,
        });
      }
    }
  });

  test('speaks Korean unless English is asked for', async () => {
    expect(await (await get('/nowhere')).json()).toMatchObject({ code: 'NOT_FOUND', title: errors.NOT_FOUND.ko });
    const english = await get('/nowhere?x=1', { 'accept-language': 'en-US,en;q=0.9' });
    expect(english.headers.get('content-language')).toBe('en');
    expect(await english.json()).toMatchObject({ title: errors.NOT_FOUND.en, instance: '/nowhere' });
  });

  test.each(['/metrics', '/livez', '/readyz', '/docs/%2e%2e/metrics', '/v1/walletx', '//metrics'])(
    'has nothing at %s',
    async (path) => {
      const before = Object.values(echoes).flatMap(({ requests }) => requests).length;
      expect((await get(path, asMina())).status).toBe(404);
      expect(Object.values(echoes).flatMap(({ requests }) => requests)).toHaveLength(before);
    },
  );

  test('believes nothing that a client forwards, and hides what it needn’t know', async () => {
    const spoofed = {
      ...asMina(),
      'x-forwarded-for': '10.0.0.1',
      'x-forwarded-host': 'evil.example',
      forwarded: 'for=10.0.0.1',
      'x-real-ip': '10.0.0.1',
      'x-request-id': 'mine',
      user_id: 'root',
      'x-envoy-upstream-rq-timeout-ms': '1',
    };
    const answer = await get('/v1/payments', spoofed);
    // Envoy names itself where the peer is on loopback.
    const { headers } = (await answer.json()) as { headers: Record<string, string> };
    expect(headers['x-forwarded-for']).not.toContain('10.0.0.1');
    expect(headers['x-request-id']).not.toBe('mine');
    for (const name of ['x-forwarded-host', 'forwarded', 'x-real-ip', 'user_id', 'x-envoy-upstream-rq-timeout-ms'])
      expect(headers).not.toHaveProperty(name);
    expect(answer.headers.get('server')).toBe('frontrow');
    expect(answer.headers.get('x-powered-by')).toBeNull();
  });

  test('refuses bodies beyond 64 KiB', async () => {
    const post = (size: number) => get('/v1/payments', asMina(), { method: 'POST', body: 'x'.repeat(size) });
    expect((await post(60_000)).status).toBe(200);
    const tooLarge = await post(70_000);
    expect(tooLarge.status).toBe(413);
    expect(await tooLarge.json()).toMatchObject({ code: 'PAYLOAD_TOO_LARGE', status: 413 });
  });

  test('passes an event stream on as it comes', async () => {
    echoes.concert.answer = (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: first\n\n');
    };
    const answer = await get(pathOf('/v1/performances/{id}/seats'), { ...asMina(), accept: 'text/event-stream' });
    const reader = answer.body?.getReader();
    const chunk = await reader?.read();
    expect(new TextDecoder().decode(chunk?.value)).toBe('data: first\n\n');
    await reader?.cancel();
    echoes.concert.answer = () => undefined;
  });

  test('answers 503 with Retry-After at once when no instance is ready', async () => {
    echoes.payment.isReady = false;
    const answer = await eventually(async () => {
      const attempt = await get('/v1/payments', asMina());
      return attempt.status === 503 ? attempt : undefined;
    });
    expect(answer.headers.get('retry-after')).toBe('1');
    expect(await answer.json()).toMatchObject({ code: 'UNAVAILABLE', retryAfterSeconds: 1 });
    echoes.payment.isReady = true;
    const sinceMs = performance.now();
    await eventually(async () => (await get('/v1/payments', asMina())).status === 200);
    expect(performance.now() - sinceMs).toBeLessThan(1_500);
  });

  test('loses no request, also none that acts, while one of two instances is down', async () => {
    const { port } = secondWallet;
    await secondWallet.close();
    // A connection that breaks under a POST can't be helped: let Envoy see first that those it kept are closed.
    await Promise.all(Array.from({ length: 20 }, () => get('/v1/wallet', asMina())));
    const statuses = await Promise.all(
      Array.from({ length: 100 }, async (_, index) => {
        const method = index % 2 === 0 ? 'GET' : 'POST';
        return (await get('/v1/wallet', asMina(), { method })).status;
      }),
    );
    expect(new Set(statuses)).toEqual(new Set([200]));
    await secondWallet.listen(port);
  });

  test('sends nothing twice that may act twice', async () => {
    const breakOff = (_request: IncomingMessage, response: ServerResponse) => void response.destroy();
    echoes.reservation.answer = breakOff;
    echoes.reservation.requests = [];
    expect((await get('/v1/reservations', asMina(), { method: 'POST' })).status).toBe(503);
    expect(echoes.reservation.requests).toEqual(['POST /v1/reservations']);
    expect((await get('/v1/reservations', asMina())).status).toBe(503);
    expect(echoes.reservation.requests.length).toBeGreaterThan(2);
    echoes.reservation.answer = () => undefined;
  });

  test('answers 429 with Retry-After beyond its limit', async () => {
    const burst = await eventually(async () => {
      const answers = await Promise.all(Array.from({ length: 2 * RATE_LIMIT }, () => get('/nowhere')));
      return answers.find(({ status }) => status === 429);
    });
    expect(burst.headers.get('retry-after')).toBe('1');
    expect(await burst.json()).toMatchObject({ code: 'TOO_MANY_REQUESTS', retryAfterSeconds: 1 });
  });
});

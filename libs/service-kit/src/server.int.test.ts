import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { walletRoutes } from '@frontrow/contracts/wallet';
import { eventually } from '@frontrow/testing/eventually';
import express from 'express';
import { pino } from 'pino';
import { startTestApp } from './app.test-kit.ts';
import { handle } from './route-handler.ts';
import { listen } from './server.ts';

describe('a server that closes', () => {
  const start = async (graceMs?: number) => {
    const app = express();
    const hold = Promise.withResolvers<void>();
    let waiting = 0;
    app.get('/slow', async (_request, response) => {
      waiting += 1;
      await hold.promise;
      response.send('done');
    });
    app.get('/fast', (_request, response) => void response.send('done'));
    const server = await listen(app, { port: 0, host: '127.0.0.1', graceMs });
    return { server, hold, waiting: () => waiting };
  };

  test('lets what is in flight finish and takes nothing new, idle connections or not', async () => {
    const { server, hold, waiting } = await start();
    await fetch(`${server.url}/fast`);
    const inFlight = fetch(`${server.url}/slow`);
    await eventually(() => waiting() === 1);
    const closed = server.close();
    await expect(fetch(`${server.url}/fast`)).rejects.toThrow();
    hold.resolve();
    expect(await (await inFlight).text()).toBe('done');
    await closed;
  });

  test('cuts what takes longer than the grace', async () => {
    const { server, waiting } = await start(50);
    const inFlight = fetch(`${server.url}/slow`);
    inFlight.catch(() => undefined);
    await eventually(() => waiting() === 1);
    await server.close();
    await expect(inFlight).rejects.toThrow();
  });

  test('rejects a port that is taken', async () => {
    const { server } = await start();
    await expect(listen(express(), { port: server.port, host: '127.0.0.1' })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
    await server.close();
  });
});

describe('a client that goes away', () => {
  test('aborts the signal of its call, and is nobody’s error', async () => {
    const lines: string[] = [];
    const logger = pino({ level: 'info' }, { write: (line) => void lines.push(line) });
    const aborted = Promise.withResolvers<void>();
    let called = 0;
    const app = await startTestApp({
      service: 'wallet',
      logger,
      routes: [
        handle(walletRoutes.getWallet, async ({ signal }) => {
          called += 1;
          await once(signal, 'abort');
          aborted.resolve();
          throw new Error('too late');
        }),
        handle(walletRoutes.chargePoints, () => ({ status: 201, body: { userId: 'mina', balanceWon: 0 } })),
      ],
    });
    const token = await app.issuer.tokenFor('mina');
    const leaving = request(`${app.url}/v1/wallet`, { headers: { authorization: `Bearer ${token}` } }).end();
    leaving.on('error', () => undefined);
    await eventually(() => called === 1);
    leaving.destroy();
    await aborted.promise;

    const { port } = new URL(app.url);
    const half = connect(Number(port), '127.0.0.1');
    half.write(
      `POST /v1/wallet/charges HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nIdempotency-Key: k\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"amount`,
      () => half.destroy(),
    );
    await eventually(async () => {
      const { body } = await app.send('GET', '/metrics');
      return (
        /route="getWallet",method="GET",status="499"\} 1/.test(body) &&
        /route="chargePoints",method="POST",status="499"\} 1/.test(body)
      );
    });
    expect(lines).toEqual([]);
    await app.stop();
  });
});

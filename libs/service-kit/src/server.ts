import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Express } from 'express';

export interface HttpServer {
  /** `http://127.0.0.1:8081`, with the port really taken. */
  readonly url: string;
  readonly port: number;
  /** Takes no more connections, lets requests in flight finish, and cuts what is left after `graceMs`. */
  close(): Promise<void>;
}

export interface ListenOptions {
  /** 0 takes any free port. */
  readonly port: number;
  readonly host: string;
  /** How long requests in flight may take to finish on close; 5 s unless set. */
  readonly graceMs?: number;
}

const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
// Longer than the gateway keeps its idle connections (60 s), so that it is never the service that closes one in use.
const KEEP_ALIVE_MS = 75_000;

/** Serves an app; rejects if the port is taken. */
export const listen = (app: Express, { port, host, graceMs = 5_000 }: ListenOptions): Promise<HttpServer> =>
  new Promise((resolve, reject) => {
    const server = createServer(
      { headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS, keepAliveTimeout: KEEP_ALIVE_MS },
      app,
    );
    server.once('error', reject);
    server.listen(port, host, () => {
      const taken = (server.address() as AddressInfo).port;
      const shownHost = host.includes(':') ? `[${host}]` : host;
      resolve({
        url: `http://${shownHost}:${taken}`,
        port: taken,
        close: () => closeServer(server, graceMs),
      });
    });
  });

const IDLE_CHECK_MS = 25;

/** Node closes the connections that are idle now; one that becomes idle later would stay open until it times out. */
const closeServer = (server: Server, graceMs: number): Promise<void> =>
  new Promise((resolve) => {
    const sweep = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS);
    const cut = setTimeout(() => server.closeAllConnections(), graceMs);
    server.close(() => {
      clearInterval(sweep);
      clearTimeout(cut);
      resolve();
    });
  });

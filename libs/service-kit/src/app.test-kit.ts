import { silentLogger } from '@frontrow/testing/logger';
import { startTestIssuer, type TestIssuer } from '@frontrow/testing/issuer';
import { type AppOptions, createApp } from './app.ts';
import { createAuthenticator } from './auth.ts';
import { createHealth, type Health } from './health.ts';
import { type HttpServer, listen } from './server.ts';

export interface TestApp {
  readonly url: string;
  readonly issuer: TestIssuer;
  readonly health: Health;
  readonly server: HttpServer;
  /** The request, as this user if one is named. */
  send(method: string, path: string, options?: SendOptions): Promise<Sent>;
  stop(): Promise<void>;
}

export interface SendOptions {
  readonly as?: string;
  readonly roles?: string[];
  readonly json?: unknown;
  readonly body?: RequestInit['body'];
  readonly headers?: Record<string, string>;
}

export interface Sent {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint: tests look into whatever came
  readonly body: any;
}

/** Some routes behind the real edge on a free port, with an issuer of their own. */
export const startTestApp = async (
  options: Pick<AppOptions, 'service' | 'routes'> & Partial<AppOptions>,
): Promise<TestApp> => {
  const issuer = await startTestIssuer();
  const logger = silentLogger();
  const health = createHealth();
  const authenticator = createAuthenticator({ ...issuer, logger });
  const app = createApp({ authenticator, logger, corsOrigins: [], health, ...options });
  const server = await listen(app, { port: 0, host: '127.0.0.1' });
  return {
    url: server.url,
    issuer,
    health,
    server,
    async send(method, path, { as, roles, json, body, headers } = {}) {
      const response = await fetch(server.url + path, {
        method,
        headers: {
          ...(as && { authorization: `Bearer ${await issuer.tokenFor(as, roles && { roles })}` }),
          ...(json !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        body: json === undefined ? (body ?? null) : JSON.stringify(json),
      });
      const text = await response.text();
      const isJson = response.headers.get('content-type')?.includes('json') && text !== '';
      return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
    },
    async stop() {
      await Promise.all([server.close(), issuer.stop()]);
    },
  };
};

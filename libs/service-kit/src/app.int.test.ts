import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { concertRoutes } from '@frontrow/contracts/concert';
import { examples } from '@frontrow/contracts/examples';
import { flow } from '@frontrow/messaging/context';
import { startTestApp, type TestApp } from './app.test-kit.ts';
import { problem } from './problem.ts';
import { handle } from './route-handler.ts';

const concert = concertRoutes.getConcert.answers[200]?.example as object;
const performance = concertRoutes.schedulePerformance.answers[201]?.example as object;

describe('the HTTP edge', () => {
  let app: TestApp;
  let thrown: unknown;
  const seen: { flow: object; body?: unknown }[] = [];

  beforeAll(async () => {
    app = await startTestApp({
      service: 'concert',
      corsOrigins: ['https://tickets.example'],
      routes: [
        handle(concertRoutes.listConcerts, ({ query }) => {
          if (query.cursor === 'throw') throw thrown;
          return { status: 200, body: { items: [], next: String(query.limit) } };
        }),
        handle(concertRoutes.getConcert, async ({ params }) => {
          seen.push({ flow: { ...flow.current() } });
          if (params.concertId !== examples.concertId) throw problem('CONCERT_NOT_FOUND');
          return { status: 200, body: concert };
        }),
        handle(concertRoutes.announceConcert, ({ body }) => {
          seen.push({ flow: {}, body });
          return { status: 201, body: { ...concert, name: body.name }, headers: { Location: '/v1/concerts/1' } };
        }),
        handle(concertRoutes.schedulePerformance, () => ({ status: 201, body: performance })),
      ],
    });
  });
  afterAll(() => app.stop());

  const announce = (json: unknown, headers = {}) =>
    app.send('POST', '/v1/concerts', { as: 'operator-kim', roles: ['operator'], json, headers });
  const announceRaw = (body: string | Uint8Array<ArrayBuffer>, headers = {}) =>
    app.send('POST', '/v1/concerts', {
      as: 'operator-kim',
      roles: ['operator'],
      body,
      headers: { 'content-type': 'application/json', ...headers },
    });

  test('a handler gets parsed values and its answer is sent as JSON', async () => {
    const { status, body, headers } = await app.send('GET', '/v1/concerts?limit=7');
    expect({ status, body }).toEqual({ status: 200, body: { items: [], next: '7' } });
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  test('schema defaults are filled in', async () => {
    const { status, headers } = await announce({ name: 'Night', artist: 'Band' });
    expect(status).toBe(201);
    expect(headers.get('location')).toBe('/v1/concerts/1');
    expect(seen.at(-1)?.body).toMatchObject({ policies: { maxSeatsPerUser: 1, holdSeconds: 300 } });
  });

  describe('a wrong request', () => {
    test('is answered field by field, in Korean unless the caller prefers English', async () => {
      const korean = await announce({ name: '', artist: 'Band', extra: 1 });
      expect(korean).toMatchObject({
        status: 400,
        body: { code: 'ILLEGAL_ARGUMENTS', title: '요청 값이 올바르지 않습니다.' },
      });
      expect(korean.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
      expect(korean.headers.get('content-language')).toBe('ko');
      expect(korean.headers.get('vary')).toContain('Accept-Language');
      const english = await announce(
        { name: '', artist: 'Band', extra: 1 },
        { 'accept-language': 'en-US,en;q=0.9,ko;q=0.5' },
      );
      expect(english.body.title).toBe('The request is not valid.');
      expect(english.headers.get('content-language')).toBe('en');
      expect(english.body.errors.map(({ path }: { path: string }) => path)).toEqual(['body.name', 'body']);
      expect(english.body.errors[0].message).toContain('Too small');
      expect(korean.body.errors[0].message).not.toBe(english.body.errors[0].message);
    });

    test.each([
      ['*', 'ko'],
      ['ko-KR', 'ko'],
      ['fr', 'en'],
      ['fr, ko;q=0.1', 'ko'],
      ['en;q=0.2, ko;q=0.9', 'ko'],
    ])('Accept-Language %s is answered in %s', async (accepted, language) => {
      const { headers } = await app.send('GET', '/nowhere', { headers: { 'accept-language': accepted } });
      expect(headers.get('content-language')).toBe(language);
    });

    test.each([
      ['malformed JSON', '{"name":'],
      ['a bare value', '"text"'],
      ['no body', ''],
      ['invalid UTF-8', new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
      ['a lone surrogate', '{"name":"\\ud800","artist":"Band"}'],
      ['NUL', '{"name":"a\\u0000b","artist":"Band"}'],
      ['NUL in a key', '{"name":"a","artist":"Band","\\u0000":1}'],
      ['__proto__', '{"name":"a","artist":"Band","__proto__":{"roles":["operator"]}}'],
      ['a nested __proto__', '{"name":"a","artist":"Band","policies":{"__proto__":{}}}'],
      ['constructor', '{"name":"a","artist":"Band","constructor":{"prototype":{}}}'],
      ['deep nesting', `${'['.repeat(40_000)}${']'.repeat(40_000)}`],
    ])('%s is ILLEGAL_ARGUMENTS', async (_what, body) => {
      expect(await announceRaw(body)).toMatchObject({ status: 400, body: { code: 'ILLEGAL_ARGUMENTS', status: 400 } });
    });

    test.each([
      ['text/plain', {}],
      ['application/x-www-form-urlencoded', {}],
      ['application/json; charset=euc-kr', {}],
      ['application/json', { 'content-encoding': 'compress' }],
    ])('%s %j is UNSUPPORTED_MEDIA_TYPE', async (type, headers) => {
      const answer = await announceRaw('{"name":"a","artist":"Band"}', { 'content-type': type, ...headers });
      expect(answer).toMatchObject({ status: 415, body: { code: 'UNSUPPORTED_MEDIA_TYPE' } });
    });

    test('broken compression is ILLEGAL_ARGUMENTS', async () => {
      expect(await announceRaw('{"name":"a"}', { 'content-encoding': 'gzip' })).toMatchObject({ status: 400 });
    });

    test('a body over 100 kB is PAYLOAD_TOO_LARGE', async () => {
      const answer = await announce({ name: 'a'.repeat(101 * 1024), artist: 'Band' });
      expect(answer).toMatchObject({ status: 413, body: { code: 'PAYLOAD_TOO_LARGE' } });
    });

    test('many wrong fields do not echo without end', async () => {
      const fields = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`field${index}`, 1]));
      const { body } = await announce(fields);
      expect(JSON.stringify(body).length).toBeLessThan(2_000);
    });

    test('a malformed id or query is ILLEGAL_ARGUMENTS', async () => {
      const id = await app.send('GET', '/v1/concerts/17');
      expect(id).toMatchObject({ status: 400, body: { errors: [{ path: 'path.concertId' }] } });
      for (const query of ['cursor=%00', 'limit=0', 'limit=x', 'limit=1&limit=2', 'limit=1e9', 'cursor=a&cursor=b']) {
        expect(await app.send('GET', `/v1/concerts?${query}`)).toMatchObject({ status: 400 });
      }
    });

    test('malformed percent-encoding is ILLEGAL_ARGUMENTS', async () => {
      expect(await app.send('GET', '/v1/concerts/%ff')).toMatchObject({
        status: 400,
        body: { code: 'ILLEGAL_ARGUMENTS' },
      });
      expect(await app.send('GET', '/v1/concerts/%zz')).toMatchObject({ status: 400 });
    });
  });

  describe('addresses and methods', () => {
    test('an unknown address is NOT_FOUND', async () => {
      const { status, body } = await app.send('GET', '/v1/nothing');
      expect({ status, body }).toMatchObject({
        status: 404,
        body: { type: '/docs/errors#NOT_FOUND', code: 'NOT_FOUND', status: 404, instance: '/v1/nothing' },
      });
    });

    test('a known address with another method is METHOD_NOT_ALLOWED and says which are', async () => {
      const { status, body, headers } = await app.send('DELETE', '/v1/concerts');
      expect({ status, code: body.code }).toEqual({ status: 405, code: 'METHOD_NOT_ALLOWED' });
      expect(headers.get('allow')).toBe('GET, HEAD, POST, OPTIONS');
    });

    test('OPTIONS says which methods there are', async () => {
      const { status, headers } = await app.send('OPTIONS', `/v1/concerts/${examples.concertId}`);
      expect({ status, allow: headers.get('allow') }).toEqual({ status: 204, allow: 'GET, HEAD, OPTIONS' });
    });

    test('HEAD is GET without the body', async () => {
      const get = await app.send('GET', `/v1/concerts/${examples.concertId}`);
      const head = await app.send('HEAD', `/v1/concerts/${examples.concertId}`);
      expect({ status: head.status, body: head.body }).toEqual({ status: 200, body: '' });
      expect(head.headers.get('etag')).toBe(get.headers.get('etag'));
      expect(head.headers.get('content-length')).toBe(get.headers.get('content-length'));
    });

    test('a body where none belongs is ignored', async () => {
      const { status } = await app.send('OPTIONS', '/v1/concerts', { body: 'whatever' });
      expect(status).toBe(204);
    });
  });

  describe('caching', () => {
    test('a public answer has an ETag and is 304 for who has it', async () => {
      const path = `/v1/concerts/${examples.concertId}`;
      const first = await app.send('GET', path);
      expect(first.headers.get('cache-control')).toBe('no-cache');
      const etag = first.headers.get('etag') as string;
      const second = await app.send('GET', path, { headers: { 'if-none-match': etag } });
      expect({ status: second.status, body: second.body }).toEqual({ status: 304, body: '' });
      expect(second.headers.get('etag')).toBe(etag);
      expect(await app.send('GET', path, { headers: { 'if-none-match': '"other"' } })).toMatchObject({ status: 200 });
    });

    test('problems and what was made are not kept', async () => {
      const missing = await app.send('GET', '/v1/concerts/019aa6f0-5c00-7000-8000-00000000ffff');
      expect(missing.body.code).toBe('CONCERT_NOT_FOUND');
      expect(missing.headers.get('cache-control')).toBe('no-store');
      const made = await announce({ name: 'Night', artist: 'Band' });
      expect(made.headers.get('cache-control')).toBe('no-store');
      expect(made.headers.get('etag')).toBeNull();
    });
  });

  describe('CORS', () => {
    const preflight = (origin: string) =>
      app.send('OPTIONS', '/v1/concerts', { headers: { origin, 'access-control-request-method': 'POST' } });

    test('a listed origin may call and read the headers it needs', async () => {
      const allowed = await preflight('https://tickets.example');
      expect(allowed.status).toBe(204);
      expect(allowed.headers.get('access-control-allow-origin')).toBe('https://tickets.example');
      expect(allowed.headers.get('access-control-allow-headers')).toContain('Queue-Token');
      const { headers } = await app.send('GET', '/v1/concerts', { headers: { origin: 'https://tickets.example' } });
      expect(headers.get('access-control-expose-headers')).toContain('ETag');
      expect(headers.get('vary')).toContain('Origin');
    });

    test('another origin gets nothing', async () => {
      const { headers } = await preflight('https://evil.example');
      expect(headers.get('access-control-allow-origin')).toBeNull();
      expect(headers.get('vary')).toContain('Origin');
    });
  });

  describe('errors', () => {
    const failWith = async (error: unknown) => {
      thrown = error;
      return app.send('GET', '/v1/concerts?cursor=throw');
    };
    const withCode = (code: string, message = 'connect failed') => Object.assign(new Error(message), { code });

    test('what nobody expected is INTERNAL and says nothing of it', async () => {
      const answer = await failWith(new TypeError('secret of select * from wallets'));
      expect(answer).toMatchObject({ status: 500, body: { code: 'INTERNAL' } });
      expect(JSON.stringify(answer.body)).not.toContain('secret');
      for (const odd of ['text', undefined, null, { status: 404, statusCode: 404 }]) {
        expect(await failWith(odd)).toMatchObject({ status: 500 });
      }
    });

    test.each([
      withCode('ECONNREFUSED'),
      withCode('57P01', 'terminating connection due to administrator command'),
      withCode('53300', 'sorry, too many clients already'),
      withCode('40001'),
      withCode('40P01'),
      withCode('08006'),
      new Error('Connection terminated unexpectedly'),
      Object.assign(new Error('Knex: Timeout acquiring a connection.'), { name: 'KnexTimeoutError' }),
      Object.assign(new Error('Reached the max retries per request limit'), { name: 'MaxRetriesPerRequestError' }),
      new Error('outer', { cause: withCode('ECONNRESET') }),
      new AggregateError([withCode('ECONNREFUSED')], ''),
    ])('a server that is away is UNAVAILABLE: %s', async (error) => {
      const answer = await failWith(error);
      expect(answer).toMatchObject({ status: 503, body: { code: 'UNAVAILABLE' } });
      expect(answer.headers.get('retry-after')).toBe('1');
    });

    test('a constraint that fails is a fault, not an outage', async () => {
      expect(await failWith(withCode('23505'))).toMatchObject({ status: 500 });
    });

    test('a code that the route does not list is found out in tests', async () => {
      const answer = await failWith(problem('ALREADY_TAKEN'));
      expect(answer).toMatchObject({ status: 500, body: { detail: expect.stringContaining('ALREADY_TAKEN') } });
    });
  });

  describe('the flow of a request', () => {
    const get = (headers = {}) => app.send('GET', `/v1/concerts/${examples.concertId}`, { headers });

    test('a trace that comes in goes on; the request id is its correlation and is answered', async () => {
      const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
      const { headers } = await get({ traceparent, 'x-request-id': 'envoy-17' });
      expect(headers.get('x-request-id')).toBe('envoy-17');
      expect(seen.at(-1)?.flow).toEqual({ correlationId: 'envoy-17', traceparent });
    });

    test.each([
      'garbage',
      '00-00000000000000000000000000000000-b7ad6b7169203331-01',
      'ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    ])('a new trace begins where none valid came: %s', async (traceparent) => {
      const { headers } = await get({ traceparent });
      expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
      expect(seen.at(-1)?.flow).toMatchObject({
        traceparent: expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/),
      });
      expect(seen.at(-1)?.flow).not.toMatchObject({ traceparent });
    });
  });

  describe('operations', () => {
    test('/livez answers at once, /readyz once the service is ready, until it stops', async () => {
      expect(await app.send('GET', '/livez')).toMatchObject({ status: 200 });
      expect(await app.send('GET', '/readyz')).toMatchObject({ status: 503 });
      app.health.markReady();
      expect(await app.send('GET', '/readyz')).toMatchObject({ status: 200, body: { status: 'ready' } });
      app.health.addCheck('database', async () => {
        throw new Error('down');
      });
      expect(await app.send('GET', '/readyz')).toMatchObject({
        status: 503,
        body: { checks: { database: { ok: false, detail: 'down' } } },
      });
      app.health.addCheck('database', () => ({ ok: true }));
      expect(await app.send('GET', '/readyz')).toMatchObject({ status: 200 });
      app.health.markStopping();
      app.health.markReady();
      expect(await app.send('GET', '/readyz')).toMatchObject({ status: 503 });
    });

    test('/metrics counts requests by route, method and status', async () => {
      await app.send('GET', '/v1/concerts/17');
      const { body } = await app.send('GET', '/metrics');
      expect(body).toMatch(/http_request_duration_seconds_count\{route="getConcert",method="GET",status="400"\} [1-9]/);
      expect(body).toContain('process_cpu_seconds_total');
    });
  });
});

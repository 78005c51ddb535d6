import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { allMessages } from '@frontrow/contracts/catalogue';
import { errors } from '@frontrow/contracts/errors';
import { startTestApp, type TestApp } from './app.test-kit.ts';
import { docsRouter } from './docs-router.ts';

describe('the documents', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ service: 'concert', routes: [], extra: docsRouter() });
  });
  afterAll(() => app.stop());

  test.each([
    ['/openapi.json', 'application/json'],
    ['/asyncapi.json', 'application/json'],
    ['/docs', 'text/html'],
    ['/docs/errors', 'text/html'],
    ['/asyncapi', 'text/html'],
    ['/docs/init.js', 'text/javascript'],
    ['/docs/assets/swagger-ui.css', 'text/css'],
    ['/docs/assets/swagger-ui-bundle.js', 'text/javascript'],
  ])('%s is served, and not sent again to who has it', async (path, type) => {
    const first = await app.send('GET', path);
    expect(first.status).toBe(200);
    expect(first.headers.get('content-type')).toContain(type);
    const etag = first.headers.get('etag') as string;
    expect(await app.send('HEAD', path)).toMatchObject({ status: 200 });
    if (!path.includes('assets')) {
      expect(await app.send('GET', path, { headers: { 'if-none-match': etag } })).toMatchObject({ status: 304 });
    }
  });

  test('pages load nothing from elsewhere, and may not', async () => {
    for (const path of ['/docs', '/docs/errors', '/asyncapi']) {
      const { body, headers } = await app.send('GET', path);
      expect(body).not.toMatch(/(src|href)="(https?:)?\/\//);
      expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'/);
      expect(headers.get('content-security-policy')).not.toMatch(/https?:|\*/);
    }
  });

  test('every message and every error can be linked to', async () => {
    const messages = (await app.send('GET', '/asyncapi')).body;
    for (const { type } of allMessages) expect(messages).toContain(`<article id="${type}">`);
    const codes = (await app.send('GET', '/docs/errors')).body;
    for (const code of Object.keys(errors)) expect(codes).toContain(`<article id="${code}">`);
  });

  test('an asset that is not there is NOT_FOUND, and there is no way out of the folder', async () => {
    expect(await app.send('GET', '/docs/assets/nothing.js')).toMatchObject({
      status: 404,
      body: { code: 'NOT_FOUND' },
    });
    expect(await app.send('GET', '/docs/assets/..%2fpackage.json')).toMatchObject({ status: 404 });
  });
});

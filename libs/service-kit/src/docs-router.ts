import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import express, { type Request, type Response, Router } from 'express';
import helmet from 'helmet';
import { asyncApiDocument } from './asyncapi.ts';
import { errorsPage } from './docs/errors-page.ts';
import { messagesPage } from './docs/messages-page.ts';
import type { Page } from './docs/page.ts';
import { swaggerPage } from './docs/swagger-page.ts';
import { etagOf, matchesEtag } from './http/etag.ts';
import { openApiDocument } from './openapi.ts';

/**
 * The API's documents, generated from the contracts when first asked for:
 * `/docs` (Swagger UI), `/docs/errors`, `/openapi.json`, `/asyncapi`, `/asyncapi.json`. Nothing is loaded from elsewhere.
 */
export const docsRouter = (): Router => {
  const router = Router();
  router.use(['/docs', '/asyncapi'], pageHeaders);
  router.get(
    '/openapi.json',
    once(() => json(openApiDocument())),
  );
  router.get(
    '/asyncapi.json',
    once(() => json(asyncApiDocument())),
  );
  router.get(
    '/docs',
    once(() => html(swaggerPage.page)),
  );
  router.get(
    '/docs/errors',
    once(() => html(errorsPage())),
  );
  router.get(
    '/asyncapi',
    once(() => html(messagesPage())),
  );
  router.get(
    '/docs/init.js',
    once(() => ({ body: swaggerPage.script, type: 'text/javascript; charset=utf-8' })),
  );
  router.use('/docs/assets', express.static(swaggerFolder(), { index: false, maxAge: '1d', fallthrough: true }));
  return router;
};

/** Each page names its own content policy. */
const pageHeaders = helmet({ contentSecurityPolicy: false });

const swaggerFolder = (): string => dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/swagger-ui.css'));

interface Document {
  readonly body: string;
  readonly type: string;
  readonly contentSecurityPolicy?: string;
}

const json = (document: unknown): Document => ({
  body: JSON.stringify(document),
  type: 'application/json; charset=utf-8',
});

const html = (page: Page): Document => ({
  body: page.html,
  type: 'text/html; charset=utf-8',
  contentSecurityPolicy: page.contentSecurityPolicy,
});

/** Builds a document for its first reader and keeps it with its ETag. */
const once = (build: () => Document) => {
  let built: (Document & { etag: string }) | undefined;
  return (request: Request, response: Response): void => {
    if (built === undefined) {
      const document = build();
      built = { ...document, etag: etagOf(document.body) };
    }
    response.set({ 'Cache-Control': 'no-cache', ETag: built.etag, 'Content-Type': built.type });
    if (built.contentSecurityPolicy !== undefined) response.set('Content-Security-Policy', built.contentSecurityPolicy);
    if (matchesEtag(request.headers['if-none-match'], built.etag)) response.status(304).end();
    else response.end(built.body);
  };
};

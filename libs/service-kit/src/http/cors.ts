import type { NextFunction, Request, RequestHandler, Response } from 'express';

const EXPOSED = 'ETag, Retry-After, Location, Idempotent-Replayed, X-Request-Id';
const ALLOWED_HEADERS =
  'Authorization, Content-Type, Idempotency-Key, Queue-Token, If-None-Match, Prefer, Accept-Language, Traceparent';
const PREFLIGHT_SECONDS = '600';

/** CORS for listed origins; browsers on others get no header and keep the answer from their pages. Tokens travel in headers: no cookies. */
export const cors = (origins: readonly string[]): RequestHandler => {
  const listed = new Set(origins);
  return (request: Request, response: Response, next: NextFunction) => {
    response.vary('Origin');
    const { origin } = request.headers;
    if (origin === undefined || !listed.has(origin)) return next();
    response.setHeader('Access-Control-Allow-Origin', origin);
    response.setHeader('Access-Control-Expose-Headers', EXPOSED);
    if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined) return next();
    response.setHeader('Access-Control-Allow-Methods', 'GET, HEAD, POST, PUT, DELETE');
    response.setHeader('Access-Control-Allow-Headers', ALLOWED_HEADERS);
    response.setHeader('Access-Control-Max-Age', PREFLIGHT_SECONDS);
    response.status(204).end();
  };
};

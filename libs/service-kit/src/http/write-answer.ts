import type { NextFunction, Request, RequestHandler, Response } from 'express';
import helmet from 'helmet';
import { contextOf } from './request-context.ts';

export type AnswerHeaders = Record<string, string | number>;

/** What a middleware sets on every response alike. */
const headersSetBy = (
  middleware: (request: Request, response: Response, next: NextFunction) => void,
): AnswerHeaders => {
  const headers: AnswerHeaders = {};
  const recorder = { setHeader: (name: string, value: string) => Object.assign(headers, { [name]: value }) };
  middleware({} as Request, recorder as unknown as Response, () => undefined);
  return headers;
};

/**
 * Answers are JSON for programs: a browser that shows one must run nothing in it. What only concerns pages is left to
 * those. helmet is asked once: its seven calls an answer would be a tenth of a small answer's time.
 */
const securityHeaders = headersSetBy(
  helmet({
    contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
    crossOriginResourcePolicy: { policy: 'cross-origin' },
    crossOriginOpenerPolicy: false,
    originAgentCluster: false,
    xDnsPrefetchControl: false,
    xDownloadOptions: false,
    xPermittedCrossDomainPolicies: false,
    xPoweredBy: false,
    xXssProtection: false,
  }),
);

const commonHeaders = (request: Request): AnswerHeaders => ({
  ...securityHeaders,
  'X-Request-Id': contextOf(request).id,
});

/** For what is not written by `writeAnswer`: documents, health, metrics. */
export const setCommonHeaders: RequestHandler = (request, response, next) => {
  for (const [name, value] of Object.entries(commonHeaders(request))) response.setHeader(name, value);
  next();
};

/** Writes the whole answer in one go; `text` is its body. */
export const writeAnswer = (
  request: Request,
  response: Response,
  status: number,
  headers: AnswerHeaders,
  text?: string,
): void => {
  const all = Object.assign(commonHeaders(request), headers);
  if (text === undefined) {
    response.writeHead(status, all).end();
    return;
  }
  const length = Buffer.byteLength(text);
  all['Content-Length'] = length;
  // Text that is all ASCII is the same in latin1, which Node writes faster.
  response.writeHead(status, all).end(text, length === text.length ? 'latin1' : 'utf8');
};

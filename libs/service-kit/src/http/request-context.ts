import { randomUUID } from 'node:crypto';
import { type FlowContext, flow } from '@frontrow/messaging/context';
import type { NextFunction, Request, Response } from 'express';

export interface RequestContext {
  readonly id: string;
  readonly startedAtMs: number;
  readonly flow: FlowContext;
}

const CONTEXT = Symbol('context');

interface WithContext {
  [CONTEXT]?: RequestContext;
}

export const contextOf = (request: Request): RequestContext => {
  const context = (request as WithContext)[CONTEXT];
  if (context === undefined) throw new Error('the request has no context: is requestContext mounted first?');
  return context;
};

/** Gives each request its id and its flow; messages sent while it is handled carry them. */
export const requestContext = (request: Request, _response: Response, next: NextFunction): void => {
  const id = requestIdFrom(request.headers['x-request-id']);
  const context = { id, startedAtMs: performance.now(), flow: flowFrom(id, request.headers.traceparent) };
  (request as WithContext)[CONTEXT] = context;
  flow.run(context.flow, next);
};

const PLAIN_ID = /^[\x21-\x7e]{1,128}$/;

const requestIdFrom = (header: string | string[] | undefined): string =>
  typeof header === 'string' && PLAIN_ID.test(header) ? header : randomUUID();

// https://www.w3.org/TR/trace-context/: version ff and ids of zeros only are invalid.
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:$|-)/;

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A trace that begins here takes its id from the request's, so that either finds the other in the logs. */
const flowFrom = (id: string, header: string | string[] | undefined): FlowContext => {
  if (typeof header === 'string' && header.length <= 256 && TRACEPARENT.test(header)) {
    return { correlationId: id, traceparent: header };
  }
  const traceId = (UUID.test(id) ? id : randomUUID()).replaceAll('-', '');
  return { correlationId: id, traceparent: `00-${traceId}-${traceId.slice(0, 16)}-01` };
};

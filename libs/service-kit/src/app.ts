import type { AnyRoute, ServiceName } from '@frontrow/contracts/route';
import express, { type Express, type NextFunction, type Request, type Response, type Router } from 'express';
import type { Authenticator } from './auth.ts';
import { type Health, healthRouter } from './health.ts';
import { cors } from './http/cors.ts';
import { logProblem, problemFrom, sendProblem } from './http/problem-response.ts';
import { requestContext } from './http/request-context.ts';
import { routePipeline } from './http/route-pipeline.ts';
import { setCommonHeaders } from './http/write-answer.ts';
import type { Logger } from './logger.ts';
import { createMetrics, type Metrics, metricsRouter } from './metrics.ts';
import { problem } from './problem.ts';
import type { RateLimiter } from './rate-limits.ts';
import type { BoundRoute } from './route-handler.ts';

export interface AppOptions {
  readonly service: ServiceName;
  readonly routes: readonly BoundRoute[];
  readonly authenticator: Authenticator;
  readonly logger: Logger;
  /** Origins whose pages may call, e.g. `https://tickets.example`. */
  readonly corsOrigins: readonly string[];
  readonly health: Health;
  readonly metrics?: Metrics;
  readonly rateLimiter?: RateLimiter;
  /** Mounted before the 404: documents, a JWKS. */
  readonly extra?: Router;
  /** Turns an answer that its route does not document into a 500; on in tests. */
  readonly checkAnswers?: boolean;
}

/** A service's HTTP edge: its routes, health, metrics, and one shape of error for everything that goes wrong. */
export const createApp = ({
  service,
  routes,
  authenticator,
  logger,
  corsOrigins,
  health,
  metrics = createMetrics(),
  rateLimiter,
  extra,
  checkAnswers = process.env.NODE_ENV === 'test',
}: AppOptions): Express => {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('case sensitive routing', true);
  app.use(requestContext);
  if (corsOrigins.length > 0) app.use(cors(corsOrigins));
  const pipelineOptions = { authenticator, logger, metrics, rateLimiter, checkAnswers };
  for (const bound of routes) {
    if (bound.route.service !== service) throw new Error(`${bound.route.id} is not a route of ${service}`);
    app[bound.route.method](expressPath(bound.route), routePipeline(bound, pipelineOptions));
  }
  app.use(setCommonHeaders, healthRouter(health), metricsRouter(metrics));
  for (const [path, allowed] of methodsByPath(routes)) app.all(path, otherMethod(allowed));
  if (extra !== undefined) app.use(extra);
  app.use(() => {
    throw problem('NOT_FOUND');
  });
  app.use((thrown: unknown, request: Request, response: Response, _next: NextFunction) => {
    if (response.headersSent) return void response.destroy();
    const refused = problemFrom(thrown);
    logProblem(logger, request, thrown, refused);
    sendProblem(request, response, refused);
  });
  return app;
};

/** `/v1/concerts/{concertId}` → `/v1/concerts/:concertId` */
const expressPath = ({ path }: AnyRoute): string => path.replaceAll(/\{(\w+)\}/g, ':$1');

const methodsByPath = (routes: readonly BoundRoute[]): Map<string, string> => {
  const byPath = Map.groupBy(routes, ({ route }) => expressPath(route));
  return new Map([...byPath].map(([path, bound]) => [path, allowHeader(bound.map(({ route }) => route.method))]));
};

const allowHeader = (methods: readonly string[]): string =>
  [...methods.flatMap((method) => (method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()])), 'OPTIONS'].join(', ');

const otherMethod = (allowed: string) => (request: Request, response: Response) => {
  response.setHeader('Allow', allowed);
  if (request.method !== 'OPTIONS') throw problem('METHOD_NOT_ALLOWED');
  response.status(204).end();
};

import type { z } from 'zod';
import type { ErrorCode } from './errors.ts';

export const services = ['queue', 'concert', 'reservation', 'wallet', 'payment'] as const;
export type ServiceName = (typeof services)[number];

export interface RouteAnswer {
  readonly description: string;
  readonly body?: z.ZodType;
  readonly example?: unknown;
  /** Response header → what it says. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** One HTTP operation. The OpenAPI document is generated from these, and requests are parsed by them. */
export interface Route<
  Params extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
> {
  /** OpenAPI's operationId, also the label in metrics and logs. */
  readonly id: string;
  readonly service: ServiceName;
  readonly method: 'get' | 'post' | 'put' | 'delete';
  /** With OpenAPI's braces: `/v1/concerts/{concertId}`. */
  readonly path: string;
  readonly summary: string;
  readonly description?: string;
  /** Who may call it: anyone, a signed-in user, or a user with the role `operator`. */
  readonly access: 'public' | 'user' | 'operator';
  /** Whether the `Queue-Token` header is read. */
  readonly queueToken?: 'required' | 'optional';
  readonly idempotencyKey?: 'required' | 'optional';
  readonly params?: Params;
  readonly query?: Query;
  readonly body?: Body;
  readonly bodyExample?: unknown;
  readonly answers: Readonly<Record<number, RouteAnswer>>;
  /** Codes beyond those that any route may answer (see errors.ts). */
  readonly errors: readonly ErrorCode[];
}

// biome-ignore lint: a table of routes holds many shapes
export type AnyRoute = Route<any, any, any>;

export const defineRoute = <
  Params extends z.ZodType = z.ZodUndefined,
  Query extends z.ZodType = z.ZodUndefined,
  Body extends z.ZodType = z.ZodUndefined,
>(
  route: Route<Params, Query, Body>,
): Route<Params, Query, Body> => route;

import type { AnyRoute, Route } from '@frontrow/contracts/route';
import type { z } from 'zod';
import type { Problem } from './problem.ts';

export interface User {
  /** `sub` of the access token. */
  readonly id: string;
  readonly roles: readonly string[];
}

type ParamsOf<R> = R extends Route<infer P, infer _Q, infer _B> ? z.output<P> : never;
type QueryOf<R> = R extends Route<infer _P, infer Q, infer _B> ? z.output<Q> : never;
type BodyOf<R> = R extends Route<infer _P, infer _Q, infer B> ? z.output<B> : never;

/** One request, parsed by its route's schemas. */
export interface Call<R extends AnyRoute = AnyRoute> {
  readonly params: ParamsOf<R>;
  readonly query: QueryOf<R>;
  readonly body: BodyOf<R>;
  /** Who calls. On a public route, where it may be nobody, reading it throws: use `bearer` there. */
  readonly user: User;
  /** Who calls, if they said so and it is true. Public routes get it only if they read `Queue-Token`. */
  readonly bearer: User | undefined;
  readonly queueToken: string | undefined;
  readonly idempotencyKey: string | undefined;
  header(name: string): string | undefined;
  /** Aborts when the client goes away before it is answered. */
  readonly signal: AbortSignal;
}

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Set by `idempotently` when the stored answer is a problem; rendered in the caller's language. */
  readonly problem?: Problem;
}

export type Handler<R extends AnyRoute> = (call: Call<R>) => Promise<Answer> | Answer;

/** A route of the contract with the function that answers it. */
export interface BoundRoute {
  readonly route: AnyRoute;
  readonly handler: Handler<AnyRoute>;
}

export const handle = <R extends AnyRoute>(route: R, handler: Handler<R>): BoundRoute => ({
  route,
  handler: handler as Handler<AnyRoute>,
});

import { isDeepStrictEqual } from 'node:util';
import { commonErrors, type ErrorCode } from '@frontrow/contracts/errors';
import type { AnyRoute } from '@frontrow/contracts/route';
import type { Answer } from '../route-handler.ts';

/** Throws when an answer is not what the route documents: a status, a field too few, or one too many. */
export const checkAnswer = (route: AnyRoute, { status, body, problem }: Answer): void => {
  if (problem !== undefined) return checkProblem(route, problem.code);
  const documented = route.answers[status];
  if (documented === undefined) throw new Error(`${route.id} answered ${status}, which its route does not document`);
  if (documented.body === undefined) {
    if (body !== undefined)
      throw new Error(`${route.id} answered ${status} with a body, which its route does not document`);
    return;
  }
  const sent: unknown = body === undefined ? undefined : JSON.parse(JSON.stringify(body));
  const parsed = documented.body.safeParse(sent);
  if (!parsed.success) throw new Error(`${route.id} answered ${status} with a wrong body: ${parsed.error.message}`);
  if (!isDeepStrictEqual(parsed.data, sent)) {
    throw new Error(
      `${route.id} answered ${status} with fields that its route does not document: ${JSON.stringify(sent)}`,
    );
  }
};

/** Throws when a handler refuses with a code that its route does not list. */
export const checkProblem = (route: AnyRoute, code: ErrorCode): void => {
  const documented: readonly ErrorCode[] = [...commonErrors, ...route.errors, ...impliedErrors(route)];
  if (!documented.includes(code)) throw new Error(`${route.id} refused with ${code}, which its route does not list`);
};

/** Codes that follow from what a route declares; the OpenAPI document lists them, too. */
export const impliedErrors = (route: AnyRoute): ErrorCode[] => [
  ...(route.access === 'public' ? [] : (['UNAUTHENTICATED'] as const)),
  ...(route.access === 'operator' ? (['FORBIDDEN'] as const) : []),
  ...(route.queueToken === 'required' ? (['INVALID_TOKEN'] as const) : []),
  ...(route.idempotencyKey === 'required' ? (['IDEMPOTENCY_KEY_REQUIRED'] as const) : []),
  ...(route.body === undefined ? [] : (['PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE'] as const)),
];

import { allRoutes } from '@frontrow/contracts/catalogue';
import { Concert, Performance, SeatMap } from '@frontrow/contracts/concert';
import { commonErrors, type ErrorCode, type ErrorEntry, errors } from '@frontrow/contracts/errors';
import { Payment, TimelineEntry } from '@frontrow/contracts/payment';
import { QueueToken, Room } from '@frontrow/contracts/queue';
import { Reservation } from '@frontrow/contracts/reservation';
import type { AnyRoute, RouteAnswer } from '@frontrow/contracts/route';
import { Wallet, WalletEntry } from '@frontrow/contracts/wallet';
import { z } from 'zod';
import {
  createDocument,
  type ZodOpenApiObject,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
  type ZodOpenApiResponsesObject,
} from 'zod-openapi';
import { tokenPath } from './docs/token-path.ts';
import { serviceDescriptions } from './docs/services.ts';
import { version } from './docs/version.ts';
import { cachingOf } from './http/caching.ts';
import { impliedErrors } from './http/check-answer.ts';

const ProblemBody = z
  .looseObject({
    type: z.string().meta({ description: 'a link to what the code means' }),
    title: z.string().meta({ description: 'in Korean or English, by Accept-Language' }),
    status: z.int(),
    code: z.enum(Object.keys(errors) as [ErrorCode, ...ErrorCode[]]),
    detail: z.string().optional(),
    instance: z.string().optional(),
    errors: z
      .array(z.object({ path: z.string(), message: z.string() }))
      .optional()
      .meta({ description: 'what is wrong with the request, field by field' }),
    retryAfterSeconds: z.int().optional(),
  })
  .meta({ description: 'RFC 9457; some codes add members' });

const schemas = {
  Concert,
  Performance,
  SeatMap,
  QueueToken,
  Room,
  Reservation,
  Wallet,
  WalletEntry,
  Payment,
  TimelineEntry,
  Problem: ProblemBody,
};

const parameters = {
  acceptLanguage: {
    name: 'Accept-Language',
    in: 'header',
    description: 'Language of the titles and messages of problems: `ko` (default) or `en`.',
    schema: { type: 'string' },
    example: 'ko',
  },
  ifNoneMatch: {
    name: 'If-None-Match',
    in: 'header',
    description: 'The `ETag` you have: answers 304 if nothing changed.',
    schema: { type: 'string' },
  },
  idempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    required: true,
    description:
      'Names this request; the same key answers the same. 1 to 255 visible ASCII characters, kept for a day.',
    schema: { type: 'string', pattern: '^[\\x21-\\x7e]{1,255}$' },
    example: '7d5c2a52-6a0f-4d0f-9f0a-3f1f2b1c9a10',
  },
  optionalIdempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    description: 'As elsewhere, but this call works without one.',
    schema: { type: 'string', pattern: '^[\\x21-\\x7e]{1,255}$' },
  },
  prefer: {
    name: 'Prefer',
    in: 'header',
    description: '`wait=N`: wait at most N seconds for the end (RFC 7240).',
    schema: { type: 'string' },
    example: 'wait=3',
  },
} as const;

const ref = (kind: string, name: string) => ({ $ref: `#/components/${kind}/${name}` });

/** Everything the gateway answers, as OpenAPI 3.1, from the routes of `contracts`. */
export const openApiDocument = () => createDocument(source());

const source = (): ZodOpenApiObject => ({
  openapi: '3.1.1',
  info: {
    title: 'Frontrow',
    version,
    summary: 'Seats for concerts that everyone wants at once.',
    description:
      'Get a token at `POST /auth/token`, join the line of a concert, wait until your token is ACTIVE, hold seats ' +
      'with it, charge points and pay.\n\nErrors are RFC 9457 problems with a stable `code`: ' +
      '[all of them](/docs/errors). What the services tell each other over Kafka: [messages](/asyncapi).',
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  },
  servers: [{ url: '/', description: 'this gateway' }],
  tags: [
    { name: 'auth', description: 'Access tokens' },
    ...Object.entries(serviceDescriptions).map(([name, description]) => ({ name, description })),
  ],
  paths: { '/auth/token': tokenPath, ...paths() },
  components: {
    schemas,
    parameters,
    examples: Object.fromEntries(
      [...new Set(allRoutes.flatMap(codesOf))].map((code) => [code, { value: problemExample(code) }]),
    ),
    securitySchemes: {
      accessToken: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'An OIDC access token.' },
      queueToken: {
        type: 'apiKey',
        in: 'header',
        name: 'Queue-Token',
        description: 'Your place in line, or your pass: the newest `token` that queue gave you.',
      },
    },
  },
});

const paths = (): ZodOpenApiPathsObject => {
  const all: Record<string, Record<string, ZodOpenApiOperationObject>> = {};
  for (const route of allRoutes) {
    all[route.path] ??= {};
    (all[route.path] as Record<string, ZodOpenApiOperationObject>)[route.method] = operation(route);
  }
  return all;
};

const operation = (route: AnyRoute): ZodOpenApiOperationObject => ({
  operationId: route.id,
  tags: [route.service],
  summary: route.summary,
  description: [route.description, route.access === 'operator' && 'For users with the role `operator`.']
    .filter(Boolean)
    .join('\n\n'),
  security: securityOf(route),
  parameters: headerParameters(route).map((name) => ref('parameters', name)),
  requestParams: {
    ...(route.params && { path: route.params }),
    ...(route.query && { query: route.query }),
  },
  ...(route.body && {
    requestBody: {
      required: true,
      content: { 'application/json': { schema: route.body, example: route.bodyExample } },
    },
  }),
  responses: { ...answers(route), ...problems(route) } as ZodOpenApiResponsesObject,
});

const securityOf = ({ access, queueToken }: AnyRoute): Record<string, string[]>[] => {
  const queue: Record<string, string[]> = queueToken === undefined ? {} : { queueToken: [] };
  if (access !== 'public') return [{ accessToken: [], ...queue }];
  return queueToken === undefined ? [] : [{}, { accessToken: [], ...queue }];
};

const headerParameters = (route: AnyRoute): (keyof typeof parameters)[] => [
  'acceptLanguage',
  ...(cachingOf(route).hasEtag ? (['ifNoneMatch'] as const) : []),
  ...(route.idempotencyKey === 'required' ? (['idempotencyKey'] as const) : []),
  ...(route.idempotencyKey === 'optional' ? (['optionalIdempotencyKey'] as const) : []),
  ...(route.id === 'pay' ? (['prefer'] as const) : []),
];

const answers = (route: AnyRoute): Record<string, unknown> => {
  const documented: Record<string, RouteAnswer> = { ...route.answers };
  if (cachingOf(route).hasEtag) documented['304'] ??= { description: 'Nothing changed since `If-None-Match`' };
  return Object.fromEntries(
    Object.entries(documented).map(([status, answer]) => [
      status,
      {
        description: answer.description,
        headers: answerHeaders(route, Number(status), answer),
        ...(answer.body && { content: { 'application/json': { schema: answer.body, example: answer.example } } }),
      },
    ]),
  );
};

const answerHeaders = (route: AnyRoute, status: number, answer: RouteAnswer) => {
  const names: Record<string, string> = {
    ...(status === 200 && cachingOf(route).hasEtag && { ETag: 'changes when the answer does' }),
    ...(route.idempotencyKey &&
      status < 300 && { 'Idempotent-Replayed': '`true` when this is the answer to an earlier request' }),
    ...answer.headers,
  };
  return Object.fromEntries(
    Object.entries(names).map(([name, description]) => [name, { description, schema: { type: 'string' as const } }]),
  );
};

/** Every code that a route may answer, whatever lists it. */
export const codesOf = (route: AnyRoute): ErrorCode[] => [
  ...new Set<ErrorCode>([...route.errors, ...impliedErrors(route), ...commonErrors]),
];

const problems = (route: AnyRoute): Record<string, unknown> => {
  const byStatus = Map.groupBy(codesOf(route), (code) => errors[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      String(status),
      {
        description: codes.map((code) => `\`${code}\` ${errors[code].en}`).join('\n\n'),
        headers: problemHeaders(status),
        content: {
          'application/problem+json': {
            schema: ref('schemas', 'Problem'),
            examples: Object.fromEntries(codes.map((code) => [code, ref('examples', code)])),
          },
        },
      },
    ]),
  );
};

const problemHeaders = (status: number) => {
  const retryAfter = { 'Retry-After': { description: 'seconds', schema: { type: 'string' as const } } };
  return status === 429 || status === 503 ? retryAfter : {};
};

const problemExample = (code: ErrorCode) => {
  const entry: ErrorEntry = errors[code];
  return {
    type: `/docs/errors#${code}`,
    title: entry.ko,
    status: entry.status,
    code,
    ...(code === 'ILLEGAL_ARGUMENTS' && {
      errors: [{ path: 'body.seats.0.seat', message: '잘못된 입력: 예상 타입은 number, 받은 타입은 string입니다' }],
    }),
    ...((entry.status === 429 || entry.status === 503) && { retryAfterSeconds: 1 }),
  };
};

import { type ErrorCode, errors } from '@frontrow/contracts/errors';

type Language = 'ko' | 'en';

/** Status of an answer that Envoy gives on its own → what it means in our registry of errors. */
const CODES: readonly (readonly [status: number, code: ErrorCode])[] = [
  [400, 'ILLEGAL_ARGUMENTS'],
  [401, 'UNAUTHENTICATED'],
  // A token of this issuer for another audience.
  [403, 'UNAUTHENTICATED'],
  [404, 'NOT_FOUND'],
  [405, 'METHOD_NOT_ALLOWED'],
  [408, 'UNAVAILABLE'],
  [413, 'PAYLOAD_TOO_LARGE'],
  [429, 'TOO_MANY_REQUESTS'],
  [431, 'ILLEGAL_ARGUMENTS'],
  [500, 'INTERNAL'],
  [502, 'UNAVAILABLE'],
  [503, 'UNAVAILABLE'],
  [504, 'UNAVAILABLE'],
];

const RETRY_AFTER_SECONDS = 1;

const header = (key: string, value: string) => ({
  header: { key, value },
  append_action: 'OVERWRITE_IF_EXISTS_OR_ADD',
});

const hasStatus = (status: number) => ({
  status_code_filter: {
    comparison: { op: 'EQ', value: { default_value: status, runtime_key: `local_reply.${status}` } },
  },
});

const prefersEnglish = {
  header_filter: {
    header: { name: 'accept-language', string_match: { prefix: 'en', ignore_case: true } },
  },
};

function mapper(status: number, code: ErrorCode, language: Language): object {
  const error = errors[code];
  const isRetriable = error.retriable;
  return {
    filter: language === 'en' ? { and_filter: { filters: [hasStatus(status), prefersEnglish] } } : hasStatus(status),
    status_code: error.status,
    body_format_override: {
      content_type: 'application/problem+json; charset=utf-8',
      json_format: {
        type: `/docs/errors#${code}`,
        title: error[language],
        status: error.status,
        code,
        instance: '%PATH(NQ)%',
        ...(isRetriable && { retryAfterSeconds: RETRY_AFTER_SECONDS }),
      },
    },
    headers_to_add: [
      header('content-language', language),
      header('cache-control', 'no-store'),
      header('vary', 'Accept-Language'),
      ...(isRetriable ? [header('retry-after', String(RETRY_AFTER_SECONDS))] : []),
    ],
  };
}

/** Envoy's own answers in the shape of the services' (RFC 9457), in English where that comes first, else in Korean. */
export const localReplies = {
  mappers: CODES.flatMap(([status, code]) => [mapper(status, code, 'en'), mapper(status, code, 'ko')]),
};

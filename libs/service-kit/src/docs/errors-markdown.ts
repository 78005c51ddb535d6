import { allRoutes } from '@frontrow/contracts/catalogue';
import { type ErrorCode, type ErrorEntry, errors } from '@frontrow/contracts/errors';
import { codesOf } from '../openapi.ts';

export interface DocumentedError extends ErrorEntry {
  readonly code: ErrorCode;
  /** `POST /v1/payments`; undefined when every route may answer it. */
  readonly answeredBy: readonly string[] | undefined;
}

/** The registry of errors with the calls that may answer each. */
export const documentedErrors = (): DocumentedError[] => {
  const codes = Object.keys(errors) as ErrorCode[];
  return codes.map((code) => {
    const calls = allRoutes.filter((route) => codesOf(route).includes(code));
    const isEverywhere = calls.length === allRoutes.length || calls.length === 0;
    const answeredBy = isEverywhere ? undefined : calls.map(({ method, path }) => `${method.toUpperCase()} ${path}`);
    return { code, ...errors[code], answeredBy };
  });
};

/** `docs/errors.md`; `npm run docs -w @frontrow/service-kit` writes it, and a test compares. */
export const errorsMarkdown = (): string => `# Errors

Generated from \`libs/contracts/src/errors.ts\`; don't edit it here.

Every error is an RFC 9457 problem (\`application/problem+json\`) with a stable \`code\`, and a \`title\` in Korean or
English by \`Accept-Language\`. *Again* says that the same request may succeed later: such an answer is never stored under
an \`Idempotency-Key\`; \`Retry-After\` says when to come back, where that is known.

| code | status | again | ko | en |
|---|---|---|---|---|
${documentedErrors()
  .map(
    ({ code, status, retriable, ko, en }) =>
      `| <a id="${code}"></a>\`${code}\` | ${status} | ${retriable ? 'yes' : ''} | ${ko} | ${en} |`,
  )
  .join('\n')}

## Who answers what

\`NOT_FOUND\` and \`METHOD_NOT_ALLOWED\` answer addresses and methods that don't exist.

${documentedErrors()
  .map(
    ({ code, answeredBy }) =>
      `- \`${code}\`: ${answeredBy === undefined ? 'any call' : answeredBy.map((call) => `\`${call}\``).join(', ')}`,
  )
  .join('\n')}
`;

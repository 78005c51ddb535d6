import { type ErrorEntry, errors } from '@frontrow/contracts/errors';
import type { Request, Response } from 'express';
import type { Logger } from '../logger.ts';
import { Problem, problem } from '../problem.ts';
import type { Answer } from '../route-handler.ts';
import { isInfrastructureError } from './infrastructure-errors.ts';
import { languageOf } from './language.ts';
import { contextOf } from './request-context.ts';
import { writeAnswer } from './write-answer.ts';

/** Whatever was thrown, as the problem that the caller is told; see docs/errors.md. */
export const problemFrom = (thrown: unknown): Problem => {
  if (thrown instanceof Problem) return thrown;
  // Express answers a malformed percent-encoding in the path so.
  if (thrown instanceof URIError) return problem('ILLEGAL_ARGUMENTS', { detail: 'The address is not well encoded.' });
  if (isInfrastructureError(thrown)) return problem('UNAVAILABLE', { cause: thrown, retryAfterSeconds: 1 });
  return problem('INTERNAL', { cause: thrown });
};

/** RFC 9457. What a server's fault was stays in the log. */
export const sendProblem = (request: Request, response: Response, refused: Problem, own?: Answer['headers']): void => {
  const language = languageOf(request);
  const { code, status, detail, extensions } = refused;
  const entry: ErrorEntry = errors[code];
  const text = JSON.stringify({
    type: `/docs/errors#${code}`,
    title: entry[language],
    status,
    code,
    detail,
    instance: request.path,
    ...extensions,
  });
  response.vary('Accept-Language');
  const headers = {
    ...own,
    'Cache-Control': 'no-store',
    'Content-Language': language,
    'Content-Type': 'application/problem+json; charset=utf-8',
    ...(typeof extensions.retryAfterSeconds === 'number' && { 'Retry-After': extensions.retryAfterSeconds }),
    ...(status === 401 && { 'WWW-Authenticate': 'Bearer' }),
  };
  writeAnswer(request, response, status, headers, text);
};

/** Our own faults are logged with their stack; being away is a warning; what the caller did is only debugged. */
export const logProblem = (logger: Logger, request: Request, thrown: unknown, refused: Problem): void => {
  const about = { requestId: contextOf(request).id, method: request.method, path: request.path, code: refused.code };
  if (refused.code === 'INTERNAL') logger.error({ ...about, err: thrown }, 'a request failed');
  else if (refused.status >= 500) logger.warn({ ...about, err: thrown }, 'a request could not be served');
  else logger.debug(about, 'a request was refused');
};

import { isUtf8 } from 'node:buffer';
import express, { type Request, type Response } from 'express';
import { problem } from '../problem.ts';

const BODY_LIMIT = '100kb';

const parseJson = express.json({
  limit: BODY_LIMIT,
  strict: true,
  type: () => true,
  verify: (_request, _response, bytes) => {
    if (!isUtf8(bytes)) throw new Error('The body is not UTF-8.');
  },
});

/**
 * The JSON body of a request, undefined if there is none.
 * @throws UNSUPPORTED_MEDIA_TYPE, PAYLOAD_TOO_LARGE, ILLEGAL_ARGUMENTS
 */
export const readJsonBody = async (request: Request, response: Response): Promise<unknown> => {
  if (request.is('application/json') === false) throw problem('UNSUPPORTED_MEDIA_TYPE');
  await new Promise<void>((resolve, reject) => {
    parseJson(request, response, (error?: unknown) => (error === undefined ? resolve() : reject(asProblem(error))));
  });
  return request.body;
};

/** body-parser says what went wrong by an HTTP status. */
const asProblem = (error: unknown): unknown => {
  const { status, message, type } = error as { status?: number; message?: string; type?: string };
  if (type === 'request.aborted') return error;
  if (status === 413) return problem('PAYLOAD_TOO_LARGE', { cause: error });
  if (status === 415) return problem('UNSUPPORTED_MEDIA_TYPE', { cause: error });
  if (status !== undefined && status < 500) {
    return problem('ILLEGAL_ARGUMENTS', {
      detail: `The body is not valid JSON: ${String(message).slice(0, 200)}`,
      cause: error,
    });
  }
  return error;
};

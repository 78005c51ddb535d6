import type { AnyRoute } from '@frontrow/contracts/route';
import type { Request, Response } from 'express';
import type { Answer } from '../route-handler.ts';
import { cachingOf } from './caching.ts';
import { etagOf, matchesEtag } from './etag.ts';
import { type AnswerHeaders, writeAnswer } from './write-answer.ts';

export type SendAnswer = (request: Request, response: Response, answer: Answer) => number;

/** How a route sends its answers; tells the status sent, which is 304 when the caller has the body already. */
export const answerSender = (route: AnyRoute): SendAnswer => {
  const { hasEtag, cacheControl } = cachingOf(route);

  return (request, response, { status, body, headers: own }) => {
    const headers: AnswerHeaders = { 'Cache-Control': cacheControl, ...own };
    if (body === undefined || status === 204 || status === 304) {
      writeAnswer(request, response, status, headers);
      return status;
    }
    const text = JSON.stringify(body);
    if (hasEtag && status === 200) {
      const etag = own?.ETag ?? etagOf(text);
      headers.ETag = etag;
      if (matchesEtag(request.headers['if-none-match'], etag)) {
        writeAnswer(request, response, 304, headers);
        return 304;
      }
    }
    headers['Content-Type'] = 'application/json; charset=utf-8';
    writeAnswer(request, response, status, headers, text);
    return status;
  };
};

import type { Request, Response } from 'express';
import type { Call, User } from '../route-handler.ts';

export interface ParsedRequest {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
  readonly bearer: User | undefined;
  readonly queueToken: string | undefined;
  readonly idempotencyKey: string | undefined;
}

/** The Call of one request. Getters, because most handlers ask for few of these. */
export class RequestCall implements Call {
  readonly params;
  readonly query;
  readonly body;
  readonly bearer: User | undefined;
  readonly queueToken: string | undefined;
  readonly idempotencyKey: string | undefined;
  readonly #request: Request;
  readonly #response: Response;
  #abort: AbortController | undefined;

  constructor(request: Request, response: Response, parsed: ParsedRequest) {
    this.#request = request;
    this.#response = response;
    this.params = parsed.params as never;
    this.query = parsed.query as never;
    this.body = parsed.body as never;
    this.bearer = parsed.bearer;
    this.queueToken = parsed.queueToken;
    this.idempotencyKey = parsed.idempotencyKey;
  }

  get user(): User {
    if (this.bearer === undefined) throw new Error('a public route may have no user: read call.bearer');
    return this.bearer;
  }

  header(name: string): string | undefined {
    return this.#request.get(name);
  }

  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      const abort = new AbortController();
      this.#abort = abort;
      if (this.#response.destroyed) abort.abort();
      this.#response.once('close', () => {
        if (!this.#response.writableFinished) abort.abort();
      });
    }
    return this.#abort.signal;
  }
}

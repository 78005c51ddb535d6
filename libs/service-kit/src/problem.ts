import { type ErrorCode, type ErrorEntry, errors } from '@frontrow/contracts/errors';

export interface ProblemOptions {
  /** For humans and logs, in English; never secrets. */
  readonly detail?: string;
  readonly cause?: unknown;
  /** Members added to the problem+json body; `retryAfterSeconds` also becomes the Retry-After header. */
  readonly [extension: string]: unknown;
}

/** An answer that is not what the caller hoped for, by its code in the registry of errors. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ErrorCode;
  readonly status: number;
  /** Whether the same request may succeed later. */
  readonly retriable: boolean;
  readonly detail: string | undefined;
  readonly extensions: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, { detail, cause, ...extensions }: ProblemOptions = {}) {
    const { status, retriable, en }: ErrorEntry = errors[code];
    super(`${code}: ${detail ?? en}`, cause === undefined ? undefined : { cause });
    this.code = code;
    this.status = status;
    this.retriable = retriable;
    this.detail = detail;
    this.extensions = extensions;
  }
}

/** `throw problem('ALREADY_TAKEN', { seat: 17 })` */
export const problem = (code: ErrorCode, options?: ProblemOptions): Problem => new Problem(code, options);

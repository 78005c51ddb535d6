import { hash } from 'node:crypto';

/** Weak, because a proxy may compress the answer on its way. */
export const etagOf = (text: string): string => `W/"${hash('sha1', text, 'base64url')}"`;

/**
 * Whether If-None-Match names this ETag, by weak comparison (RFC 9110, 13.1.2). Express' `request.fresh` won't do:
 * it takes `Cache-Control: no-cache` for a forced reload, and every browser's `fetch` adds that to a request
 * with an If-None-Match of its own.
 */
export const matchesEtag = (ifNoneMatch: string | undefined, etag: string): boolean => {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === '*') return true;
  const wanted = opaque(etag);
  return ifNoneMatch.split(',').some((candidate) => opaque(candidate.trim()) === wanted);
};

const opaque = (etag: string): string => (etag.startsWith('W/') ? etag.slice(2) : etag);

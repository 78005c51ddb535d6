import type { AnyRoute } from '@frontrow/contracts/route';

export interface Caching {
  /** Whether its 200 carries an ETag and If-None-Match may be answered 304. */
  readonly hasEtag: boolean;
  readonly cacheControl: string;
}

/**
 * What caches may do with a route's answers. Public ones may be kept and asked about again; a caller's own are
 * kept by nobody, or by their own browser if the route documents a 304.
 */
export const cachingOf = (route: AnyRoute): Caching => {
  const isOpen = route.access === 'public' && route.queueToken === undefined;
  const hasEtag = route.method === 'get' && (isOpen || 304 in route.answers);
  if (!hasEtag) return { hasEtag, cacheControl: 'no-store' };
  return { hasEtag, cacheControl: isOpen ? 'no-cache' : 'private, no-cache' };
};

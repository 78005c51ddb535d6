import { createHash } from 'node:crypto';

/**
 * The id of a place in line. It follows from the place, so it is stored nowhere and is the same on every
 * instance. The scripts compute it too (`tokenId` in store/lua/prelude.lua), with the one hash they have;
 * it tells places apart and protects nothing, signatures do.
 */
export const tokenIdOf = (concertId: string, userId: string, number: number): string => {
  const hash = createHash('sha1').update(`${concertId}|${userId}|${number}`).digest('hex');
  return `q-${number}-${hash.slice(0, 16)}`;
};

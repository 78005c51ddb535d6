import { estimateWaitSeconds } from './estimate.ts';
import type { Place } from './place.ts';

const FAR_SECONDS = 24;
const SPREAD = 0.25;
const ACTIVE_SECONDS = 30;

/**
 * Seconds after which it is worth asking again.
 *
 * Near the front 1 or 2, far away up to 30: a tenth of the wait where it is known, otherwise more with every 20
 * people ahead. Never more than half the time in which a turn must be claimed, so that nobody who polls as told
 * misses theirs. Spread by up to a quarter, the same for a token each time, so that people who came in one
 * moment don't ask in one moment.
 */
export const pollAfterSeconds = (place: Place, tokenId: string): number => {
  if (place.status === 'ACTIVE') {
    const leftSeconds = (place.passExpiresAtMs - place.nowMs) / 1000;
    return Math.max(1, Math.min(ACTIVE_SECONDS, Math.floor(leftSeconds / 2)));
  }
  const waitSeconds = estimateWaitSeconds(place);
  const wanted = waitSeconds === null ? 1 + place.ahead / 20 : waitSeconds / 10;
  const base = Math.min(FAR_SECONDS, Math.max(1, wanted));
  const spread = base * (1 + SPREAD * fractionOf(tokenId));
  return Math.max(1, Math.min(Math.round(spread), Math.floor(place.claimSeconds / 2)));
};

/** A number in [0, 1) that looks random and belongs to the text (FNV-1a). */
const fractionOf = (text: string): number => {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0) / 2 ** 32;
};

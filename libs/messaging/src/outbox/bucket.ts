/**
 * Messages fall into buckets by their key. An instance owns whole buckets, so one relay at a time sends the
 * messages of a key. 48 divides evenly among 2, 3, 4, 6, 8, 12, 16 and 24 instances; more would make the list of
 * locks longer for nothing.
 *
 * The number is part of what is stored: changing it needs an empty outbox.
 */
export const BUCKETS = 48;

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** FNV-1a, 32 bits, over UTF-16 code units: ids spread evenly, and it takes no call into native code. */
export function bucketOf(key: string): number {
  let hash = FNV_OFFSET;
  for (let index = 0; index < key.length; index++) {
    hash = Math.imul(hash ^ key.charCodeAt(index), FNV_PRIME);
  }
  return (hash >>> 0) % BUCKETS;
}

import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';

/**
 * One round trip of the relay, for one stream: deletes what was sent, and reads what is next.
 *
 * It holds the stream's lease only while messages are under way, and gives it back with the last one. So no
 * instance has to hear of another's messages: whoever writes one either gets the lease, or the holder, which comes
 * back to delete what it sent, finds the new one in the same script.
 *
 * When another instance has the lease, this one was paused for too long and may not even delete.
 *
 * KEYS: stream, lease · ARGV: token, lease in ms, entries at most, ids to delete …
 * Returns false if another instance has the lease, else the entries.
 */
const ADVANCE = `
local holder = redis.call('get', KEYS[2])
if holder and holder ~= ARGV[1] then return false end
if #ARGV > 3 then redis.call('xdel', KEYS[1], unpack(ARGV, 4)) end
local entries = redis.call('xrange', KEYS[1], '-', '+', 'COUNT', ARGV[3])
if #entries > 0 then
  redis.call('set', KEYS[2], ARGV[1], 'PX', ARGV[2])
elseif holder then
  redis.call('del', KEYS[2])
end
return entries`;

const ADVANCE_SHA = createHash('sha1').update(ADVANCE).digest('hex');

/** Entry id, then field, value, field, value, … */
export type StreamEntry = [id: string, fields: string[]];

/** The lease stands in the stream's slot of a cluster: within its hash tag, or with the whole key as one. */
export const leaseKey = (streamKey: string): string =>
  /\{[^}]+\}/.test(streamKey) ? `${streamKey}:lease` : `{${streamKey}}:lease`;

export interface AdvanceOptions {
  token: string;
  leaseMs: number;
  maxEntries: number;
  sent: readonly string[];
}

/** @returns undefined if another instance has the lease */
export async function advance(
  redis: Redis,
  streamKey: string,
  { token, leaseMs, maxEntries, sent }: AdvanceOptions,
): Promise<StreamEntry[] | undefined> {
  const args = [2, streamKey, leaseKey(streamKey), token, leaseMs, maxEntries, ...sent] as const;
  const entries = await redis.evalsha(ADVANCE_SHA, ...args).catch((error: Error) => {
    if (error.message.startsWith('NOSCRIPT')) return redis.eval(ADVANCE, ...args);
    throw error;
  });
  return (entries as StreamEntry[] | null) ?? undefined;
}

/** Messages that wait in the streams. */
export async function countEntries(redis: Redis, streamKeys: readonly string[]): Promise<number> {
  const lengths = await Promise.all(streamKeys.map((key) => redis.xlen(key)));
  return lengths.reduce((sum, length) => sum + length, 0);
}

import { createHash } from 'node:crypto';
import type { Clock } from '@frontrow/service-kit/clock';
import type { Database } from '@frontrow/service-kit/postgres';
import { LRUCache } from 'lru-cache';
import { freeSeats } from '../domain/seat-map.ts';
import type { SeatMapHeader } from '../store/performances.ts';
import { readTakenSeats } from '../store/seat-states.ts';

export interface SeatMap {
  /** Of the seat states it was made from. */
  readonly version: number;
  /** When the first hold in it ends: no event says so, and the seat is free that instant. */
  readonly staleAtMs: number;
  /** From what it says, so that it is the same on every instance. */
  readonly etag: string;
  readonly body: {
    readonly performanceId: string;
    readonly performAt: Date;
    readonly totalSeats: number;
    readonly available: readonly number[];
  };
}

export interface SeatMaps {
  /** The seat map, no older than the version in the header, which the caller has just read. */
  current(header: SeatMapHeader): Promise<SeatMap>;
}

/** Some 100 maps of 50,000 seats, or all that there are of 50: about 40 MB. */
const MAX_CACHED_SEATS = 5_000_000;

/**
 * Seat maps in memory, made again when a seat has changed since. The caller reads the version with the
 * performance, so asking costs no statement of its own, and an answer is never older than its question,
 * whatever instance wrote the change and whether or not anybody was told. Many who ask at once wait for one read.
 */
export function createSeatMaps({ db, clock }: { db: Database; clock: Clock }): SeatMaps {
  const cache = new LRUCache<string, SeatMap>({
    maxSize: MAX_CACHED_SEATS,
    sizeCalculation: ({ body }) => body.totalSeats,
  });
  const loading = new Map<string, Promise<SeatMap>>();

  const load = async (header: SeatMapHeader): Promise<SeatMap> => {
    const { version, taken, nextExpiryAt } = await readTakenSeats(db, header.performanceId, clock());
    const { performanceId, performAt, totalSeats } = header;
    const body = { performanceId, performAt, totalSeats, available: freeSeats(totalSeats, taken) };
    const map = { version, staleAtMs: nextExpiryAt?.getTime() ?? Infinity, etag: etagOf(body), body };
    cache.set(performanceId, map);
    return map;
  };

  const loadOnce = (header: SeatMapHeader): Promise<SeatMap> => {
    const { performanceId } = header;
    const underWay = loading.get(performanceId);
    if (underWay) return underWay;
    const started = load(header).finally(() => loading.delete(performanceId));
    loading.set(performanceId, started);
    return started;
  };

  return {
    async current(header) {
      let map = cache.get(header.performanceId);
      // A read that somebody else began may be older than our version; the next one is not.
      while (map === undefined || map.version < header.version || map.staleAtMs <= clock().getTime()) {
        map = await loadOnce(header);
      }
      return map;
    },
  };
}

const etagOf = (body: SeatMap['body']): string =>
  `"${createHash('sha256').update(JSON.stringify(body)).digest('base64url').slice(0, 22)}"`;

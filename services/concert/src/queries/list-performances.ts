import type { Clock } from '@frontrow/service-kit/clock';
import { problem } from '@frontrow/service-kit/problem';
import type { Database } from '@frontrow/service-kit/postgres';
import { findConcert } from '../store/concerts.ts';
import { readPerformances } from '../store/performances.ts';

export interface ListPerformances {
  readonly concertId: string;
  /** Only this day in the service's time zone: `2026-12-24`. */
  readonly date?: string;
  /** `true`: only those to come that have a free seat. */
  readonly available?: 'true' | 'false';
}

/** The performances of a concert by time. @throws CONCERT_NOT_FOUND */
export const listPerformances =
  ({ db, clock, timeZone }: { db: Database; clock: Clock; timeZone: string }) =>
  async ({ concertId, date, available }: ListPerformances) => {
    const availableOnly = available === 'true';
    const items = await readPerformances(db, { concertId, date, timeZone, availableOnly, now: clock() });
    // Most concerts have performances: only an empty list asks whether there is a concert at all.
    if (items.length === 0 && !(await findConcert(db, concertId))) throw problem('CONCERT_NOT_FOUND');
    return items;
  };

import { Id, type PageQuery } from '@frontrow/contracts/primitives';
import { decodeCursor, toPage } from '@frontrow/service-kit/pages';
import type { Database } from '@frontrow/service-kit/postgres';
import type { z } from 'zod';
import { readConcerts } from '../store/concerts.ts';

/** A page of concerts, newest first. @throws ILLEGAL_ARGUMENTS for a cursor that isn't one */
export const listConcerts =
  (db: Database) =>
  async ({ cursor, limit }: z.output<typeof PageQuery>) => {
    const concerts = await readConcerts(db, { before: decodeCursor(Id, cursor), limit: limit + 1 });
    return toPage(
      concerts,
      limit,
      ({ id }) => id,
      (concert) => concert,
    );
  };

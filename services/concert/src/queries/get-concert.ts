import { problem } from '@frontrow/service-kit/problem';
import type { Database } from '@frontrow/service-kit/postgres';
import { type Concert, findConcert } from '../store/concerts.ts';

/** @throws CONCERT_NOT_FOUND */
export const getConcert =
  (db: Database) =>
  async (id: string): Promise<Concert> => {
    const concert = await findConcert(db, id);
    if (!concert) throw problem('CONCERT_NOT_FOUND');
    return concert;
  };

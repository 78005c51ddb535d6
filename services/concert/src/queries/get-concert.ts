import { problem } from '@frontrow/service-kit/problem';
import type { Knex } from 'knex';
import { type Concert, findConcert } from '../store/concerts.ts';

/** @throws CONCERT_NOT_FOUND */
export const getConcert =
  (db: Knex) =>
  async (id: string): Promise<Concert> => {
    const concert = await findConcert(db, id);
    if (!concert) throw problem('CONCERT_NOT_FOUND');
    return concert;
  };

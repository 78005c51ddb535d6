import type { Knex } from 'knex';

export async function saveRoomMode(trx: Knex.Transaction, concertId: string, mode: string): Promise<void> {
  await trx('rooms').insert({ concert_id: concertId, mode }).onConflict('concert_id').merge();
}

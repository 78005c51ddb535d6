import type { Knex } from 'knex';

/** Old tokens that each new one sweeps away: more than one, so that the table shrinks after a rush. */
const SWEPT_AT_ONCE = 4;

/**
 * Remembers that passes made from this token are no good, as long as their signatures still are. Those whose
 * signatures have ended since are forgotten on the way, which spares the service a timer.
 */
export async function saveSpentToken(
  trx: Knex.Transaction,
  { tokenId, passesExpireAt, now }: { tokenId: string; passesExpireAt: Date; now: Date },
): Promise<void> {
  await trx.raw(
    `with over as (
       select token_id from spent_tokens where passes_expire_at < :now and token_id <> :tokenId
       order by passes_expire_at limit ${SWEPT_AT_ONCE} for update skip locked
     ), swept as (
       delete from spent_tokens using over where spent_tokens.token_id = over.token_id
     )
     insert into spent_tokens (token_id, passes_expire_at) values (:tokenId, :passesExpireAt)
     on conflict (token_id) do update
       set passes_expire_at = greatest(spent_tokens.passes_expire_at, excluded.passes_expire_at)`,
    { tokenId, passesExpireAt, now },
  );
}

export async function isSpent(db: Knex, tokenId: string): Promise<boolean> {
  return (await db('spent_tokens').where({ token_id: tokenId }).first('token_id')) !== undefined;
}

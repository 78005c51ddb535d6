import type { Knex } from 'knex';

/** From now on passes of this place in line are refused, though their signature stays good until `passesExpireAt`. */
export async function saveSpentToken(
  trx: Knex.Transaction,
  { tokenId, passesExpireAt }: { tokenId: string; passesExpireAt: string },
): Promise<void> {
  await trx.raw(
    `insert into spent_tokens as t (token_id, passes_expire_at) values (:tokenId, :passesExpireAt)
     on conflict (token_id) do update
       set passes_expire_at = greatest(t.passes_expire_at, excluded.passes_expire_at)`,
    { tokenId, passesExpireAt },
  );
}

/** Forgets tokens whose passes their own expiry refuses by now; the hour is for clocks that disagree. */
export async function purgeSpentTokens(db: Knex): Promise<void> {
  await db.raw(`delete from spent_tokens where passes_expire_at < statement_timestamp() - interval '1 hour'`);
}

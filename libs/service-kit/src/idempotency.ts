import { createHash } from 'node:crypto';
import type { ErrorCode } from '@frontrow/contracts/errors';
import type { Knex } from 'knex';
import type { Logger } from './logger.ts';
import type { Migration } from './postgres.ts';
import { Problem, problem } from './problem.ts';
import type { Answer } from './route-handler.ts';

export const idempotencyMigrations: Migration[] = [
  {
    name: 'service-kit-001-idempotency-keys',
    async up(knex) {
      await knex.schema.raw(`
        create table idempotency_keys (
          user_id text not null,
          route text not null,
          key text not null,
          fingerprint text not null,
          status int,
          answer json,
          created_at timestamptz not null default now(),
          primary key (user_id, route, key)
        );
        create index idempotency_keys_created_at on idempotency_keys (created_at);
      `);
    },
    async down(knex) {
      await knex.schema.raw('drop table idempotency_keys');
    },
  },
];

export interface IdempotentRequest {
  readonly userId: string;
  /** The route's id; a key belongs to one user and route. */
  readonly route: string;
  /** The Idempotency-Key header; without it the work just runs. */
  readonly key: string | undefined;
  /** What makes it the same request: parameters and body. */
  readonly request: unknown;
}

/**
 * Does the work once for a user, route and key, within the caller's transaction, and gives every repetition
 * the first one's answer. Repetitions that come while the first still works wait for it on its row.
 *
 * A problem that is not retriable is an answer too: the work is rolled back to a savepoint and the problem
 * kept and returned, as an answer with `problem` set. A retriable one, or any other error, rolls all back.
 * Emit messages at the end of the work, after everything that may throw: a rolled back savepoint can't unsay them.
 *
 * @throws IDEMPOTENCY_KEY_REUSED when the key came with another request before.
 */
export const idempotently = async (
  trx: Knex.Transaction,
  request: IdempotentRequest,
  work: () => Promise<Answer>,
): Promise<Answer> => {
  if (request.key === undefined) return work();
  const row = { user_id: request.userId, route: request.route, key: request.key };
  const fingerprint = fingerprintOf(request.request);
  const first = await claim(trx, { ...row, fingerprint });
  if (!first) return replay(trx, row, fingerprint);
  const answer = await answerOf(trx, work);
  await trx('idempotency_keys')
    .where(row)
    .update({ status: answer.status, answer: serialise(answer) });
  return answer;
};

interface KeyRow {
  readonly user_id: string;
  readonly route: string;
  readonly key: string;
}

/** The stored form of an answer: text, so that a replay is the same to the byte. */
interface StoredAnswer {
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  readonly problem?: {
    readonly code: ErrorCode;
    readonly detail?: string;
    readonly extensions: Record<string, unknown>;
  };
}

/** Text as SQL that holds nothing to escape, neither for PostgreSQL nor for knex's question marks. */
const literal = (text: string): string => `convert_from(decode('${Buffer.from(text).toString('hex')}', 'hex'), 'UTF8')`;

/**
 * Takes the key and sets the savepoint in one round trip, hence the literals. `on conflict do nothing` waits
 * for another transaction that holds the same key, and inserts after all if that one rolls back.
 */
const claim = async (trx: Knex.Transaction, row: KeyRow & { fingerprint: string }): Promise<boolean> => {
  const values = [row.user_id, row.route, row.key, row.fingerprint].map(literal).join(', ');
  const [inserted] = (await trx.raw(
    `insert into idempotency_keys (user_id, route, key, fingerprint) values (${values}) on conflict do nothing;
     savepoint idempotent_work`,
  )) as unknown as [{ rowCount: number }];
  return inserted.rowCount === 1;
};

const answerOf = async (trx: Knex.Transaction, work: () => Promise<Answer>): Promise<Answer> => {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Problem) || error.retriable) throw error;
    await trx.raw('rollback to savepoint idempotent_work');
    return { status: error.status, problem: error };
  }
};

const replay = async (trx: Knex.Transaction, row: KeyRow, fingerprint: string): Promise<Answer> => {
  const stored = await trx('idempotency_keys').where(row).first('fingerprint', 'status', 'answer');
  // Purged between the two statements: the request may be made again.
  if (stored === undefined) throw problem('UNAVAILABLE', { retryAfterSeconds: 1 });
  if (stored.fingerprint !== fingerprint) throw problem('IDEMPOTENCY_KEY_REUSED');
  const { body, headers, problem: stale } = stored.answer as StoredAnswer;
  return {
    status: stored.status,
    ...(body === undefined ? {} : { body }),
    ...(stale && { problem: problem(stale.code, { ...stale.extensions, detail: stale.detail }) }),
    headers: { ...headers, 'Idempotent-Replayed': 'true' },
  };
};

const serialise = ({ body, headers, problem: refused }: Answer): string =>
  JSON.stringify({
    body,
    headers,
    problem: refused && { code: refused.code, detail: refused.detail, extensions: refused.extensions },
  } satisfies StoredAnswer);

/** Equal for requests that say the same, whatever the order of their keys. */
export const fingerprintOf = (request: unknown): string =>
  createHash('sha256').update(canonicalJson(request)).digest('base64url');

const canonicalJson = (value: unknown): string =>
  JSON.stringify(value, (_key, item: unknown) =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([left], [right]) => (left < right ? -1 : 1)))
      : item,
  ) ?? '';

const PURGE_BATCH = 5_000;
const KEPT_HOURS = 25;

/** Deletes keys older than `olderThanHours` in small batches; tells how many. Any number of instances may run it at once. */
export const purgeIdempotencyKeys = async (db: Knex, olderThanHours = KEPT_HOURS): Promise<number> => {
  let purged = 0;
  for (;;) {
    const { rowCount } = await db.raw(
      `delete from idempotency_keys where ctid in (
         select ctid from idempotency_keys where created_at < now() - make_interval(hours => ?)
         limit ? for update skip locked)`,
      [olderThanHours, PURGE_BATCH],
    );
    purged += rowCount;
    if (rowCount < PURGE_BATCH) return purged;
  }
};

const PURGE_EVERY_MS = 10 * 60_000;

/** Purges every ten minutes, in the background. @returns how to stop it. */
export const startIdempotencyPurge = (db: Knex, logger: Logger): (() => void) => {
  const timer = setInterval(() => {
    purgeIdempotencyKeys(db).catch((err: unknown) => logger.warn({ err }, 'idempotency keys could not be purged'));
  }, PURGE_EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
};

import createKnex, { type Knex } from 'knex';
import pg from 'pg';
import type { Logger } from './logger.ts';

/** One step of a schema's history. Names are kept in the database: never rename one that has run. */
export interface Migration {
  readonly name: string;
  up(knex: Knex): Promise<void>;
  down(knex: Knex): Promise<void>;
}

/** For code that hands a database on to its store and knows no more of it (STYLE rule 7). */
export type Database = Knex;

export interface DatabaseOptions {
  readonly url: string;
  readonly poolSize: number;
  /** Shown in `pg_stat_activity`. */
  readonly applicationName?: string;
  /** Hears of connections that fail; whoever waits for one hears of it anyway. */
  readonly logger?: Logger;
}

const ACQUIRE_TIMEOUT_MS = 5_000;
const STATEMENT_TIMEOUT_MS = 10_000;
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 15_000;
const CONNECT_TIMEOUT_MS = 5_000;

/** Won and counts fit a double exactly (2^53), so bigint columns are read as numbers; pg gives text otherwise. */
const typeParsers: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) =>
    oid === pg.types.builtins.INT8 && format !== 'binary' ? Number : pg.types.getTypeParser(oid, format),
};

/**
 * A pool. Nothing waits without end on it: 5 s for a connection, 10 s for a statement, 15 s for a
 * transaction whose process does nothing.
 */
export const createDatabase = ({ url, poolSize, applicationName = 'frontrow', logger }: DatabaseOptions): Knex =>
  createKnex({
    client: 'pg',
    connection: {
      connectionString: url,
      application_name: applicationName,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      types: typeParsers,
      // Statements that are sent together share a round trip: the outbox's insert and its COMMIT.
      pipeline: true,
    } as Knex.PgConnectionConfig,
    pool: { min: 0, max: poolSize },
    acquireConnectionTimeout: ACQUIRE_TIMEOUT_MS,
    log: logsTo(logger),
    // Else an error's message, and so the log, holds the values of its statement.
    compileSqlOnError: false,
  });

/** knex writes to the console unless told otherwise. */
const logsTo = (logger: Logger | undefined): Knex.Config['log'] => ({
  debug: (message: string) => logger?.debug(message),
  warn: (message: string) => logger?.warn(message),
  error: (message: string) => logger?.error(message),
  deprecate: (message: string) => logger?.warn(message),
});

// Any constant will do, as long as nothing else in the database locks it.
const MIGRATION_LOCK = 7_094_117;

/**
 * Runs the migrations that this database has not seen, in the given order, each in a transaction of its own.
 * Instances that start together take turns on a session's advisory lock, which PostgreSQL gives back by
 * itself when its holder dies; knex's own migrator leaves a row behind that somebody has to delete.
 */
export const migrate = async (db: Knex, migrations: readonly Migration[]): Promise<void> => {
  const names = migrations.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new Error(`two migrations are called ${twice}`);

  const connection = await db.client.acquireConnection();
  const run = (sql: string) => db.raw(sql).connection(connection);
  try {
    await run('set statement_timeout = 0');
    await run(`select pg_advisory_lock(${MIGRATION_LOCK})`);
    await run(
      'create table if not exists schema_migrations (name text primary key, applied_at timestamptz not null default now())',
    );
    const done = new Set(
      (await run('select name from schema_migrations')).rows.map((row: { name: string }) => row.name),
    );
    for (const migration of migrations.filter(({ name }) => !done.has(name))) {
      await db.transaction(
        async (trx) => {
          await migration.up(trx);
          await trx('schema_migrations').insert({ name: migration.name });
        },
        { connection },
      );
    }
  } finally {
    await run(`select pg_advisory_unlock_all()`).catch(() => undefined);
    await run(`set statement_timeout = ${STATEMENT_TIMEOUT_MS}`).catch(() => undefined);
    await db.client.releaseConnection(connection);
  }
};

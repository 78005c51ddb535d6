import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createTestDatabase } from '@frontrow/testing/servers';
import type { Knex } from 'knex';
import { isInfrastructureError } from './http/infrastructure-errors.ts';
import { createDatabase, type Migration, migrate } from './postgres.ts';

describe('the database', () => {
  let url: string;
  let drop: () => Promise<void>;
  const pools: Knex[] = [];
  const open = (poolSize = 5, atUrl = url) => {
    const db = createDatabase({ url: atUrl, poolSize, applicationName: 'kit-test' });
    pools.push(db);
    return db;
  };

  beforeAll(async () => {
    ({ url, drop } = await createTestDatabase());
  });
  afterAll(async () => {
    await Promise.all(pools.map((db) => db.destroy()));
    await drop();
  });

  test('bigint is a number, timestamptz a Date, and statements have a limit', async () => {
    const { rows } = await open().raw(
      `select 1000000000000::bigint won, count(*) n, timestamptz '2026-12-24T10:00:00Z' at,
              current_setting('statement_timeout') timeout, current_setting('application_name') app,
              current_setting('idle_in_transaction_session_timeout') idle`,
    );
    expect(rows).toEqual([
      { won: 1e12, n: 1, at: new Date('2026-12-24T10:00:00Z'), timeout: '10s', app: 'kit-test', idle: '15s' },
    ]);
  });

  test('a database that is away, full or slow is an infrastructure error', async () => {
    const refused = await open(1, 'postgres://x@127.0.0.1:1/x')
      .raw('select 1')
      .catch((error) => error);
    expect(isInfrastructureError(refused)).toBe(true);
    const db = open(1);
    const slow = await db.raw('set statement_timeout = 20; select pg_sleep(5)').catch((error) => error);
    expect(isInfrastructureError(slow)).toBe(true);
    const killed = await db
      .transaction(async (trx) => {
        const { rows } = await trx.raw('select pg_backend_pid() pid');
        await open().raw('select pg_terminate_backend(?)', [rows[0].pid]);
        return trx.raw('select 1');
      })
      .catch((error) => error);
    expect(isInfrastructureError(killed)).toBe(true);
  });

  test('a pool with no free connection is an infrastructure error within 5 s', async () => {
    const db = open(1);
    const error = await db.transaction(() => db.raw('select 1')).catch((thrown) => thrown);
    expect(isInfrastructureError(error)).toBe(true);
  }, 10_000);

  describe('migrate', () => {
    let ran: string[] = [];
    const step = (name: string, sql: string): Migration => ({
      name,
      async up(knex) {
        ran.push(name);
        await knex.raw(sql);
      },
      async down() {},
    });

    test('runs each migration once, though instances start together', async () => {
      ran = [];
      const steps = [
        step('001-a', 'create table a (id int)'),
        step('002-b', 'alter table a add b int; select pg_sleep(0.1)'),
      ];
      await Promise.all([1, 1, 5, 5].map((poolSize) => migrate(open(poolSize), steps)));
      expect(ran).toEqual(['001-a', '002-b']);
      await migrate(open(), [...steps, step('003-c', 'alter table a add c int')]);
      expect(ran).toEqual(['001-a', '002-b', '003-c']);
    });

    test('one that fails leaves nothing of itself, and the lock', async () => {
      ran = [];
      const broken = [step('010-x', 'create table x (id int)'), step('011-y', 'create table y (id int); select 1/0')];
      await expect(migrate(open(), broken)).rejects.toThrow('division by zero');
      const db = open();
      expect([await db.schema.hasTable('x'), await db.schema.hasTable('y')]).toEqual([true, false]);
      await migrate(db, [broken[0] as Migration, step('011-y', 'create table y (id int)')]);
      expect(ran).toEqual(['010-x', '011-y', '011-y']);
      expect(await db.schema.hasTable('y')).toBe(true);
    });

    test('goes on after its holder was killed', async () => {
      const victim = open(1);
      const dying = migrate(victim, [step('020-k', 'select pg_terminate_backend(pg_backend_pid())')]);
      await expect(dying).rejects.toThrow();
      await migrate(open(), [step('020-k', 'select 1')]);
      expect(await open()('schema_migrations').where({ name: '020-k' })).toHaveLength(1);
    });

    test('two of one name are refused', async () => {
      await expect(migrate(open(), [step('a', ''), step('a', '')])).rejects.toThrow('two migrations are called a');
    });

    test('gives the connection back with its statement limit', async () => {
      const db = open(1);
      await migrate(db, []);
      const { rows } = await db.raw("select current_setting('statement_timeout') timeout");
      expect(rows).toEqual([{ timeout: '10s' }]);
    });
  });
});

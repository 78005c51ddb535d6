import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually } from '@frontrow/testing/eventually';
import { createTestDatabase } from '@frontrow/testing/servers';
import type { Knex } from 'knex';
import { fingerprintOf, idempotencyMigrations, idempotently, purgeIdempotencyKeys } from './idempotency.ts';
import { createDatabase, migrate } from './postgres.ts';
import { problem } from './problem.ts';
import type { Answer } from './route-handler.ts';

describe('idempotently', () => {
  let db: Knex;
  let drop: () => Promise<void>;

  beforeAll(async () => {
    const database = await createTestDatabase();
    drop = database.drop;
    db = createDatabase({ url: database.url, poolSize: 20 });
    await migrate(db, idempotencyMigrations);
    await db.schema.raw('create table charges (id serial primary key, won int not null unique)');
  });
  afterAll(async () => {
    await db.destroy();
    await drop();
  });
  beforeEach(() => db.raw('truncate idempotency_keys, charges'));

  const charge = async (trx: Knex.Transaction, won: number): Promise<Answer> => {
    const [row] = await trx('charges').insert({ won }).returning('id');
    return { status: 201, body: { id: row.id, won, 이름: 'b', a: 1 }, headers: { Location: `/charges/${row.id}` } };
  };
  const ask = (won: number, { key = 'key-1', userId = 'mina', route = 'charge' } = {}) =>
    db.transaction((trx) => idempotently(trx, { userId, route, key, request: { won } }, () => charge(trx, won)));
  const charges = async () => (await db('charges')).length;

  test('the same key again gets the same answer, to the byte, and does nothing', async () => {
    const first = await ask(100);
    const again = await ask(100);
    expect(JSON.stringify(again.body)).toBe(JSON.stringify(first.body));
    expect(again).toEqual({ ...first, headers: { ...first.headers, 'Idempotent-Replayed': 'true' } });
    expect(await charges()).toBe(1);
  });

  test('a key belongs to one user and one route', async () => {
    await ask(100);
    await ask(101, { userId: 'juno' });
    await ask(102, { route: 'pay' });
    await ask(103, { key: 'key-2' });
    expect(await charges()).toBe(4);
  });

  test('without a key the work just runs', async () => {
    await db.transaction((trx) =>
      idempotently(trx, { userId: 'mina', route: 'charge', key: undefined, request: {} }, () => charge(trx, 1)),
    );
    expect({ charges: await charges(), keys: await db('idempotency_keys') }).toEqual({ charges: 1, keys: [] });
  });

  test('twenty at once do the work once and get one answer', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(100)));
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(answers.filter(({ headers }) => headers?.['Idempotent-Replayed'] === undefined)).toHaveLength(1);
    expect(await charges()).toBe(1);
  });

  test('without the wait for each other the same twenty would charge more than once', async () => {
    await Promise.all(
      Array.from({ length: 20 }, () =>
        db.transaction(async (trx) => {
          const found = await trx('idempotency_keys').where({ key: 'key-1' }).first();
          if (found === undefined)
            await trx.raw('insert into charges (won) select coalesce(max(id), 0) + random() * 1e9 from charges');
        }),
      ),
    );
    expect(await charges()).toBeGreaterThan(1);
  });

  test('a second that comes while the first works waits for it, and takes over if it fails', async () => {
    const started = Promise.withResolvers<void>();
    const fail = Promise.withResolvers<never>();
    const first = db.transaction((trx) =>
      idempotently(trx, { userId: 'mina', route: 'charge', key: 'key-1', request: { won: 100 } }, async () => {
        await charge(trx, 100);
        started.resolve();
        return fail.promise;
      }),
    );
    await started.promise;
    const second = ask(100);
    await eventually(
      async () => {
        const { rows } = await db.raw(
          "select 1 from pg_stat_activity where wait_event = 'transactionid' and datname = current_database()",
        );
        return rows.length === 1;
      },
      { what: 'the second to wait for the first' },
    );
    fail.reject(new Error('crash'));
    await expect(first).rejects.toThrow('crash');
    expect(await second).toMatchObject({ status: 201, body: { won: 100 } });
    expect(await charges()).toBe(1);
  });

  test('the key with another request is refused', async () => {
    await ask(100);
    await expect(ask(200)).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED', status: 422 });
    expect(await charges()).toBe(1);
  });

  const refuse = (code: 'ALREADY_TAKEN' | 'UNAVAILABLE') =>
    db.transaction((trx) =>
      idempotently(trx, { userId: 'mina', route: 'charge', key: 'key-1', request: { won: 100 } }, async () => {
        await charge(trx, 100);
        throw problem(code, { detail: 'seat 17', seat: 17 });
      }),
    );

  test('a refusal is an answer: the work is undone, the refusal kept and given again', async () => {
    const first = await refuse('ALREADY_TAKEN');
    expect(first).toMatchObject({ status: 409, problem: { code: 'ALREADY_TAKEN', extensions: { seat: 17 } } });
    expect(await charges()).toBe(0);
    expect(await ask(100)).toMatchObject({
      status: 409,
      headers: { 'Idempotent-Replayed': 'true' },
      problem: { code: 'ALREADY_TAKEN', detail: 'seat 17', extensions: { seat: 17 } },
    });
    expect(await charges()).toBe(0);
  });

  test('a refusal after a statement that failed is kept, too', async () => {
    await db('charges').insert({ won: 100 });
    const answer = await db.transaction((trx) =>
      idempotently(trx, { userId: 'mina', route: 'charge', key: 'key-1', request: {} }, () =>
        charge(trx, 100).catch((cause) => {
          throw problem('ALREADY_TAKEN', { cause });
        }),
      ),
    );
    expect(answer.problem?.code).toBe('ALREADY_TAKEN');
    expect(await db('idempotency_keys')).toHaveLength(1);
  });

  test('a refusal that may end, and a crash, are not kept', async () => {
    await expect(refuse('UNAVAILABLE')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(await db('idempotency_keys')).toHaveLength(0);
    expect(await ask(100)).toMatchObject({ status: 201 });
  });

  test('keys and users with quotes, backslashes and question marks are just text', async () => {
    const odd = { key: `it's\\"?'); drop table charges; --`, userId: `o'neil\\?` };
    await ask(100, odd);
    expect(await ask(100, odd)).toMatchObject({ headers: { 'Idempotent-Replayed': 'true' } });
    expect(await db('idempotency_keys').first('key', 'user_id')).toEqual({ key: odd.key, user_id: odd.userId });
  });

  test('old keys are purged, young ones stay', async () => {
    await ask(100);
    await ask(101, { key: 'old' });
    await db.raw("update idempotency_keys set created_at = now() - interval '26 hours' where key = 'old'");
    expect(await purgeIdempotencyKeys(db)).toBe(1);
    expect(await db('idempotency_keys').pluck('key')).toEqual(['key-1']);
  });
});

test('requests that say the same have one fingerprint', () => {
  const request = { b: [1, { y: null, x: '가' }], a: undefined };
  expect(fingerprintOf(request)).toBe(fingerprintOf({ b: [1, { x: '가', y: null }] }));
  expect(fingerprintOf({ b: [2, 1] })).not.toBe(fingerprintOf({ b: [1, 2] }));
  expect(fingerprintOf({ a: '1' })).not.toBe(fingerprintOf({ a: 1 }));
});

import { pointsCharged } from '@frontrow/contracts/wallet';
import { eventually } from '@frontrow/testing/eventually';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Knex } from 'knex';
import { BUCKETS } from '../outbox/bucket.ts';
import type { Messaging } from '../postgres.ts';
import { GatedPublisher } from '../testing/gated-publisher.ts';
import { charge, type Found, type Harness, numbersOf, outboxIsEmpty, startHarness } from '../testing/harness.ts';
import { createTransact, type Transact } from '../transact.ts';
import { Notes } from './notes.ts';
import { Relay } from './relay.ts';

const relaySessions = (db: Knex) =>
  db('pg_stat_activity')
    .where({ application_name: 'frontrow-relay-wallet' })
    .whereRaw('datname = current_database()')
    .pluck('pid');

const bucketsByPid = async (db: Knex): Promise<number[]> => {
  const { rows } = await db.raw(`
    select count(*)::int as buckets from pg_locks
    where locktype = 'advisory' and objid < ${BUCKETS}
      and database = (select oid from pg_database where datname = current_database())
    group by pid order by 1`);
  return rows.map((row: { buckets: number }) => row.buckets);
};

describe('the relay', () => {
  let harness: Harness;
  let found: Found[];
  /** Commits messages without a relay of its own. */
  let transact: Transact;

  beforeAll(async () => {
    harness = await startHarness();
    found = await harness.follow('wallet.events');
    transact = createTransact({
      db: harness.db,
      service: 'wallet',
      onCommitted: () => undefined,
      logger: harness.settings.logger,
    });
  });
  afterAll(() => harness.stop());

  const commit = (userId: string, number: number) =>
    transact(async (uow) => void uow.emit(pointsCharged, charge(userId, number)));
  const startGated = async () => {
    const publisher = new GatedPublisher(harness.settings);
    const { databaseUrl, settings } = harness;
    const notes = new Notes(settings.logger);
    const relay = new Relay({ service: 'wallet', databaseUrl, publisher, notes, logger: settings.logger });
    await relay.start();
    return { publisher, relay };
  };

  test('a message committed late, with a lower number, is not skipped', async () => {
    const messaging = await harness.start();
    const late = Promise.withResolvers<void>();
    const lateIsInserted = Promise.withResolvers<void>();
    const slow = harness.db.transaction(async (trx) => {
      const inserting = createTransact({
        db: { transaction: (work: (inner: Knex.Transaction) => unknown) => work(trx) } as never,
        service: 'wallet',
        onCommitted: () => undefined,
        logger: harness.settings.logger,
      });
      await inserting(async (uow) => void uow.emit(pointsCharged, charge('late', 1)));
      lateIsInserted.resolve();
      await late.promise;
    });
    await lateIsInserted.promise;
    await commit('early', 2);
    await eventually(() => numbersOf(found, 'early').length === 1, { what: 'the message that committed first' });
    await outboxIsEmpty(harness.db);
    expect(numbersOf(found, 'late')).toEqual([]);

    late.resolve();
    await slow;
    await eventually(() => numbersOf(found, 'late').length === 1, { what: 'the message with the lower number' });
    await messaging.stop();
  });

  test('what was committed while no relay ran is sent by the next', async () => {
    await commit('unattended', 1);
    const messaging = await harness.start();
    await eventually(() => numbersOf(found, 'unattended').length === 1);
    await messaging.stop();
  });

  test('after stop() nothing committed is left unsent', async () => {
    const messaging = await harness.start();
    const commits = Array.from({ length: 300 }, (_, index) =>
      messaging.transact(async (uow) => void uow.emit(pointsCharged, charge(`drained-${index}`, 1))),
    );
    await Promise.all(commits);
    await messaging.stop();
    expect(await harness.db('outbox').select('key')).toEqual([]);
  });

  test('instances share the buckets fairly, and one that goes leaves its own to the others', async () => {
    const first = await harness.start();
    await eventually(async () => (await bucketsByPid(harness.db)).join() === '48');
    const second = await harness.start();
    await eventually(async () => (await bucketsByPid(harness.db)).join() === '24,24');
    const third = await harness.start();
    await eventually(async () => (await bucketsByPid(harness.db)).join() === '16,16,16');
    await second.stop();
    await eventually(async () => (await bucketsByPid(harness.db)).join() === '24,24');
    await first.stop();
    await third.stop();
    expect(await bucketsByPid(harness.db)).toEqual([]);
  });

  test('messages that another instance has to send do not wait for its next look', async () => {
    const instances = [await harness.start(), await harness.start()];
    await eventually(async () => (await bucketsByPid(harness.db)).join() === '24,24');
    const beganAtMs = performance.now();
    for (let number = 1; number <= 40; number++) {
      const key = `handed-over-${number}`;
      await instances[0]?.transact(async (uow) => void uow.emit(pointsCharged, charge(key, number)));
      await eventually(() => numbersOf(found, key).length === 1);
    }
    // By looks alone, the twenty or so of them that the other instance sends would take half a second each.
    expect(performance.now() - beganAtMs).toBeLessThan(5_000);
    for (const instance of instances) await instance.stop();
  });

  /** Twenty keys, each counted up in transactions of two instances at once, while `disturb` goes on. */
  const countUp = async (name: string, instances: Messaging[], disturb: () => Promise<void>) => {
    const table = `counters_${name}`;
    const keys = Array.from({ length: 20 }, (_, index) => `${name}-${index}`);
    await harness.db.raw(`create table ${table} (user_id text primary key, number int not null)`);
    await harness.db(table).insert(keys.map((user_id) => ({ user_id, number: 0 })));
    let isWriting = true;
    const writers = [...keys, ...keys].map(async (userId, writer) => {
      while (isWriting) {
        const instance = instances[writer % instances.length] as Messaging;
        await instance.transact(async (uow) => {
          const [row] = await uow.trx(table).where({ user_id: userId }).increment('number', 1).returning('number');
          uow.emit(pointsCharged, charge(userId, row.number));
        });
      }
    });
    await disturb();
    isWriting = false;
    await Promise.all(writers);
    await outboxIsEmpty(harness.db);
    const counters: { user_id: string; number: number }[] = await harness.db(table).select();
    await eventually(() => counters.every(({ user_id, number }) => numbersOf(found, user_id).includes(number)));
    for (const instance of instances) await instance.stop();
    return counters.map(({ user_id, number }) => ({
      expected: Array.from({ length: number }, (_, index) => index + 1),
      seen: numbersOf(found, user_id),
    }));
  };

  test('each message is sent once, and those of a key in order, while instances come and go', async () => {
    const instances = [await harness.start(), await harness.start()];
    const counted = await countUp('coming', instances, async () => {
      for (let round = 0; round < 5; round++) {
        instances.push(await harness.start());
        await instances.shift()?.stop();
      }
    });
    for (const { expected, seen } of counted) expect(seen).toEqual(expected);
  });

  test('the order of each key is kept when relays are killed', async () => {
    const instances = [await harness.start(), await harness.start()];
    const counted = await countUp('killed', instances, async () => {
      for (let round = 0; round < 5; round++) {
        const before: number[] = await relaySessions(harness.db);
        await harness.db.raw('select pg_terminate_backend(?)', [before[round % 2] as number]);
        await eventually(async () => {
          const now: number[] = await relaySessions(harness.db);
          return now.length === 2 && now.some((pid) => !before.includes(pid));
        });
      }
    });
    // A killed relay's messages may be there twice, which inboxes know: the first of each is what counts.
    for (const { expected, seen } of counted) expect([...new Set(seen)]).toEqual(expected);
  });

  test('a relay whose session was killed sends nothing of what it had read', async () => {
    const frozen = await startGated();
    frozen.publisher.shut();
    await commit('fenced', 1);
    await frozen.publisher.reached;

    const [pid] = await relaySessions(harness.db);
    await harness.db.raw('select pg_terminate_backend(?)', [pid]);
    const successor = await harness.start();
    await eventually(() => numbersOf(found, 'fenced').length === 1, { what: "the successor's message" });
    await outboxIsEmpty(harness.db);

    frozen.publisher.open();
    await commit('after-fence', 1);
    await eventually(() => numbersOf(found, 'after-fence').length === 1);
    expect(frozen.publisher.sends.flat()).not.toContain('fenced');
    expect(numbersOf(found, 'fenced')).toEqual([1]);
    await frozen.relay.stop();
    await frozen.publisher.close();
    await successor.stop();
  });

  test('what was read more than a second ago is read again, not sent', async () => {
    const { relay, publisher } = await startGated();
    publisher.shut();
    await commit('stale', 1);
    await publisher.reached;
    // Somebody else has sent it meanwhile; this relay can't know.
    await harness.db('outbox').where({ key: 'stale' }).delete();
    const openAtMs = performance.now() + 1_200;
    await eventually(() => performance.now() > openAtMs);
    publisher.open();
    await commit('fresh', 1);
    await eventually(() => numbersOf(found, 'fresh').length === 1);
    expect(publisher.sends.flat()).toEqual(['fresh']);
    await relay.stop();
    await publisher.close();
  });
});

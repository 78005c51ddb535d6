import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '@frontrow/service-kit/ids';
import { createDatabase, migrate } from '@frontrow/service-kit/postgres';
import { createTestDatabase } from '@frontrow/testing/servers';
import type { Knex } from 'knex';
import { migrations } from '../../migrations/index.ts';
import { insertConcert } from '../store/concerts.ts';
import { findSeatMapHeader, insertPerformance } from '../store/performances.ts';
import { saveSeatStates } from '../store/seat-states.ts';
import { createSeatMaps } from './seat-maps.ts';

const SEATS = 50_000;

describe('seat maps in memory', () => {
  let database: Awaited<ReturnType<typeof createTestDatabase>>;
  let db: Knex;
  let statements = 0;
  beforeAll(async () => {
    database = await createTestDatabase();
    db = createDatabase({ url: database.url, poolSize: 10 });
    db.on('query', () => statements++);
    await migrate(db, migrations);
  });
  afterAll(async () => {
    await db?.destroy();
    await database?.drop();
  });

  const performance = async (): Promise<string> => {
    const [concertId, id, now] = [newId(), newId(), new Date()];
    const policies = { maxSeatsPerUser: 1, holdSeconds: 300, requireBalanceAtHold: false } as const;
    await db.transaction(async (trx) => {
      const concert = { id: concertId, name: 'C', artist: 'A', announcedAt: now };
      await insertConcert(trx, {
        ...concert,
        policies: { ...policies, onFailedPayment: 'keep', expireTokenOn: 'hold' },
      });
      await insertPerformance(trx, { id, concertId, name: 'P', performAt: now, priceWon: 1, totalSeats: SEATS });
    });
    return id;
  };
  const issue = (trx: Knex.Transaction, performanceId: string, ...seats: number[]) =>
    saveSeatStates(
      trx,
      { reservationId: newId(), seats: seats.map((seat) => ({ performanceId, seat })) },
      { status: 'issued' },
    );
  const reader = (performanceId: string) => {
    const seatMaps = createSeatMaps({ db, clock: () => new Date() });
    return async () => {
      const header = await findSeatMapHeader(db, performanceId);
      if (!header) throw new Error('no such performance');
      return (await seatMaps.current(header)).body.available;
    };
  };

  test('know of a change as soon as it commits, and not before', async () => {
    const id = await performance();
    const read = reader(id);
    const trx = await db.transaction();
    try {
      await issue(trx, id, 1);
      expect((await read())[0]).toBe(1);
      // A later change that commits first must not hide the earlier one.
      await db.transaction((other) => issue(other, id, 2));
      expect((await read()).slice(0, 2)).toEqual([1, 3]);
    } finally {
      await trx.commit();
    }
    expect(await read()).toHaveLength(SEATS - 2);
  });

  test('are read once by many who ask at once, and not at all until something changes', async () => {
    const id = await performance();
    const read = reader(id);
    statements = 0;
    await Promise.all(Array.from({ length: 50 }, read));
    // Each reads the header; the seats are read once, or twice where a header is newer than the first read.
    expect(statements).toBeLessThanOrEqual(52);
    statements = 0;
    await read();
    expect(statements).toBe(1);
  });

  test('of 50,000 seats, all of them taken one reservation at a time, are read within seconds', async () => {
    const id = await performance();
    const read = reader(id);
    await db.transaction(async (trx) => {
      for (let seat = 1; seat < SEATS; seat += 100) {
        await issue(
          trx,
          id,
          ...Array.from({ length: 100 }, (_, index) => seat + index).filter((taken) => taken !== 777),
        );
      }
    });
    const startedAtMs = Date.now();
    expect(await read()).toEqual([777]);
    expect(Date.now() - startedAtMs).toBeLessThan(3_000);
  });

  test('let two consumers change two performances in either order without a deadlock', async () => {
    const [first, second] = [await performance(), await performance()];
    const [one, other] = await transactionsOfDifferentWriters(db);
    try {
      await issue(one, first, 1);
      await issue(other, second, 1);
      await issue(one, second, 2);
      await issue(other, first, 2);
    } finally {
      await Promise.all([one.commit(), other.commit()]);
    }
    for (const id of [first, second]) expect((await reader(id)())[0]).toBe(3);
  });
});

/** One pair of backends in 64 shares a writer's row; this is about the others. */
async function transactionsOfDifferentWriters(db: Knex): Promise<[Knex.Transaction, Knex.Transaction]> {
  const opened: { trx: Knex.Transaction; writer: number }[] = [];
  for (;;) {
    const trx = await db.transaction();
    const writer = (await trx.raw('select pg_backend_pid() % 64 as writer')).rows[0].writer;
    const different = opened.find((earlier) => earlier.writer !== writer);
    opened.push({ trx, writer });
    if (!different) continue;
    await Promise.all(
      opened.filter((each) => each.trx !== trx && each !== different).map((each) => each.trx.rollback()),
    );
    return [different.trx, trx];
  }
}

import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '@frontrow/testing/eventually';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { tokenIdOf } from './domain/token-id.ts';
import { openSettings, startTestLines, type TestLines } from './testing/test-lines.ts';
import type { TokenRef } from './store/lines.ts';
import { BATCH } from './store/scripts.ts';

let lines: TestLines;
let concertId: string;
beforeAll(async () => {
  lines = await startTestLines();
});
afterAll(() => lines.stop());
beforeEach(() => {
  concertId = randomUUID();
});

const open = (changes: Partial<Record<keyof typeof openSettings, number>> = {}) =>
  lines.instances[0].openRoom(concertId, { ...openSettings, ...changes, mode: 'open' });
const instance = (index: number) => lines.instances[index % 2 === 0 ? 0 : 1];
const users = (count: number) => Array.from({ length: count }, (_, index) => `user-${index}`);

describe('joining', () => {
  test('one person 20 times at once has one place', async () => {
    await open();
    const joined = await Promise.all(users(20).map((_, index) => instance(index).join(concertId, 'mina')));
    expect(joined.filter((one) => one.kind === 'placed' && one.isNew)).toHaveLength(1);
    expect(new Set(joined.map((one) => (one.kind === 'placed' ? one.place.number : 0)))).toEqual(new Set([1]));
    expect((await lines.messages(concertId)).map(({ name }) => name)).toEqual(['token-issued', 'token-activated']);
  });

  test('200 people at once fill no more slots than there are', async () => {
    await open({ capacity: 7 });
    const joined = await Promise.all(users(200).map((userId, index) => instance(index).join(concertId, userId)));
    const active = joined.filter((one) => one.kind === 'placed' && one.place.status === 'ACTIVE');
    expect(active).toHaveLength(7);
    expect(await lines.instances[1].room(concertId)).toMatchObject({ active: 7, waiting: 193 });
  });

  test('the same 200 overfill it when counting and adding are two steps: the script is what prevents that', async () => {
    const slots = lines.keys.ofConcert(concertId)[2] as string;
    await Promise.all(
      users(200).map(async (userId) => {
        const isFree = (await lines.redis.zcard(slots)) < 7;
        if (isFree) await lines.redis.zadd(slots, 1, userId);
      }),
    );
    expect(await lines.redis.zcard(slots)).toBeGreaterThan(7);
  });

  test('a room keeps its settings and its count when its concert is announced again', async () => {
    await open({ capacity: 5 });
    await instance(0).join(concertId, 'mina');
    await open({ capacity: 99 });
    expect(await instance(1).room(concertId)).toMatchObject({ capacity: 5, active: 1 });
    expect(await instance(1).join(concertId, 'jun')).toMatchObject({ place: { number: 2 } });
  });
});

describe('many slots and turns', () => {
  test('are worked off in batches, none left over', async () => {
    await open({ capacity: 0 });
    const people = 2 * BATCH + 50;
    await Promise.all(users(people).map((userId, index) => instance(index).join(concertId, userId)));
    const grown = await instance(0).changeRoom(concertId, { capacity: people }, 'operator');
    expect(grown?.active).toBe(BATCH);
    const rounds = [await instance(0).advance(concertId), await instance(1).advance(concertId)];
    expect(rounds.map((round) => round?.hasMore)).toEqual([true, false]);
    expect(await instance(0).room(concertId)).toMatchObject({ active: people, waiting: 0 });
  });

  test('nobody who joins overtakes those whose turn is yet to be given', async () => {
    await open({ capacity: 0 });
    const people = 2 * BATCH + 50;
    await Promise.all(users(people).map((userId, index) => instance(index).join(concertId, userId)));
    await instance(0).changeRoom(concertId, { capacity: people + 10 }, 'operator');
    const late = await instance(1).join(concertId, 'late');
    expect(late).toMatchObject({ place: { status: 'WAITING', number: people + 1, ahead: 50 } });
  });
});

describe('under a storm of requests in real time', () => {
  const stopped = new AbortController();
  afterEach(() => stopped.abort());

  test('capacity holds over two instances while people join, poll, leave, pay, hold, and the capacity changes', async () => {
    await open({ capacity: 5, passSeconds: 1, claimSeconds: 1 });
    const watching = watchCapacity(stopped.signal);
    const untilMs = performance.now() + 4_000;
    await Promise.all([
      ...users(40).map((userId, index) => wander(userId, index, untilMs)),
      (async () => {
        for (let round = 0; performance.now() < untilMs; round++) {
          await sleep(150);
          await instance(round).changeRoom(concertId, { capacity: 2 + (round % 7) }, 'operator');
          await Promise.all([instance(0).advance(concertId), instance(1).advance(concertId)]);
        }
      })(),
    ]);
    stopped.abort();
    const { samples, overfilled } = await watching;
    expect(overfilled).toEqual([]);
    expect(samples).toBeGreaterThan(200);

    const messages = await lines.messages(concertId);
    expect(new Set(messages.map(({ id }) => id)).size).toBe(messages.length);
    expect(messages.filter(({ name }) => name === 'token-activated').length).toBeGreaterThan(50);
    await eventually(async () => {
      await instance(0).changeRoom(concertId, { mode: 'drain', capacity: 9 }, 'operator');
      await instance(1).advance(concertId);
      const room = await instance(0).room(concertId);
      return room?.waiting === 0 && room.active === 0;
    });
    const line = await lines.messages(concertId);
    const [issued, expired] = ['token-issued', 'token-expired'].map(
      (name) => new Set(line.filter((message) => message.name === name).map(({ key }) => key)),
    );
    expect(expired).toEqual(issued);
    const reasons = new Set(line.map(({ data }) => data.reason));
    expect(reasons).toEqual(new Set([undefined, 'left', 'paid', 'expired', 'unclaimed']));
  });

  /** One person, who joins again and again: one of four habits, and every fifth comes late to their turn. */
  const wander = async (userId: string, index: number, untilMs: number): Promise<void> => {
    const pollEveryMs = index % 5 === 0 ? 1_500 : 20;
    for (let step = index; performance.now() < untilMs; step++) {
      const joined = await instance(step).join(concertId, userId);
      if (joined.kind !== 'placed') throw new Error(joined.kind);
      const { number } = joined.place;
      const isInside = await untilInside(userId, number, pollEveryMs, untilMs);
      if (isInside)
        await useSlot(index % 4, { concertId, userId, tokenId: tokenIdOf(concertId, userId, number) }, number);
    }
  };

  const useSlot = async (habit: number, token: TokenRef, number: number): Promise<void> => {
    if (habit === 0) await instance(number).leave(concertId, token.userId, number);
    if (habit === 1) await instance(number).expire(token, { id: randomUUID(), paymentId: randomUUID() });
    if (habit === 2) {
      const reservationId = randomUUID();
      await instance(number).hold(token, { reservationId, endsAtMs: Date.now() + 60_000, spendsToken: false });
      await instance(number + 1).release(token, reservationId);
      await instance(number).leave(concertId, token.userId, number);
    }
    if (habit === 3) await sleep(2_100);
  };

  const untilInside = async (
    userId: string,
    number: number,
    pollEveryMs: number,
    untilMs: number,
  ): Promise<boolean> => {
    for (let poll = 0; performance.now() < untilMs; poll++) {
      const place = await instance(poll).poll(concertId, userId, number);
      if (place === undefined) return false;
      if (place.status === 'ACTIVE') return true;
      await sleep(pollEveryMs);
    }
    return false;
  };

  /**
   * Looks at slots and capacity in one step, again and again. After the capacity was lowered there may be more
   * inside than fit, but never more than a moment ago.
   */
  const watchCapacity = async (signal: AbortSignal) => {
    const [room, , slots] = lines.keys.ofConcert(concertId) as [string, string, string];
    const overfilled: string[] = [];
    let [samples, before] = [0, 0];
    while (!signal.aborted) {
      const [occupied, capacity] = (await lines.redis.eval(
        "return {redis.call('ZCARD', KEYS[1]), tonumber(redis.call('HGET', KEYS[2], 'capacity'))}",
        2,
        slots,
        room,
      )) as [number, number];
      if (occupied > capacity && occupied > before) overfilled.push(`${before} → ${occupied} of ${capacity}`);
      before = occupied;
      samples++;
    }
    return { samples, overfilled };
  };
});

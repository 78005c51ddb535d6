import { randomUUID } from 'node:crypto';
import { tokenIssued } from '@frontrow/contracts/queue';
import { eventually } from '@frontrow/testing/eventually';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Queues, startQueues } from './testing/start-queues.ts';
import { openSettings, startTestLines, type TestLines } from './testing/test-lines.ts';

let queue: Queues;
let lines: TestLines;
beforeAll(async () => {
  [queue, lines] = await Promise.all([startQueues(), startTestLines()]);
});
afterAll(() => Promise.all([queue.stop(), lines.stop()]));

const users = (count: number) => Array.from({ length: count }, (_, index) => `user-${index}`);
const refused = (status: number, code: string) => ({ status, body: expect.objectContaining({ code }) });

describe('joining', () => {
  test('500 people at once over two instances get the numbers 1 to 500, each a place of their own', async () => {
    const concertId = await queue.announce({ capacity: 3 });
    const joined = await Promise.all(users(500).map((userId) => queue.join(userId, concertId)));
    expect(joined.every(({ status }) => status === 201)).toBe(true);
    const bodies = joined.map(({ body }) => body).sort((a, b) => a.number - b.number);
    expect(bodies.map(({ number }) => number)).toEqual(users(500).map((_, index) => index + 1));
    expect(bodies.filter(({ status }) => status === 'ACTIVE').map(({ number }) => number)).toEqual([1, 2, 3]);
    expect(bodies.slice(3).map(({ ahead }) => ahead)).toEqual(users(497).map((_, index) => index));
    expect((await queue.room(concertId)).body).toMatchObject({ active: 3, waiting: 497 });
    await eventually(() => queue.said(tokenIssued, concertId).length === 500, { what: '500 token-issued events' });
  });

  test('numbers are given in the order in which joins reached Redis', async () => {
    const concertId = randomUUID();
    const instance = (index: number) => lines.instances[index % 2 === 0 ? 0 : 1];
    await instance(0).openRoom(concertId, { ...openSettings, capacity: 0 });
    const joined = await Promise.all(
      users(500).map(async (userId, index) => ({ userId, joined: await instance(index).join(concertId, userId) })),
    );
    const numbers = joined.map(({ joined: one }) => (one.kind === 'placed' ? one.place.number : 0));
    expect(numbers.toSorted((a, b) => a - b)).toEqual(users(500).map((_, index) => index + 1));

    // Each instance has one connection, on which Redis reads commands in the order in which they were sent.
    for (const parity of [0, 1]) {
      const ofInstance = numbers.filter((_, index) => index % 2 === parity);
      expect(ofInstance).toEqual(ofInstance.toSorted((a, b) => a - b));
    }
    // The stream keeps the order in which the scripts ran.
    const issued = (await lines.messages(concertId)).map(({ data }) => data.number);
    expect(issued).toEqual(users(500).map((_, index) => index + 1));
  });

  test('again answers 200 with the place one has, waiting or inside', async () => {
    const concertId = await queue.announce();
    const [first, second] = [await queue.join('mina', concertId), await queue.join('jun', concertId)];
    expect([first.status, second.status]).toEqual([201, 201]);
    const again = [await queue.join('mina', concertId), await queue.join('jun', concertId)];
    expect(again.map(({ status }) => status)).toEqual([200, 200]);
    expect(again[0]?.body).toMatchObject({ status: 'ACTIVE', number: 1, expiresAt: first.body.expiresAt });
    expect(again[1]?.body).toMatchObject({ status: 'WAITING', number: 2, ahead: 0 });
  });

  test('20 times at once makes one place', async () => {
    const concertId = await queue.announce();
    const joined = await Promise.all(users(20).map(() => queue.join('mina', concertId)));
    expect(joined.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(new Set(joined.map(({ body }) => body.number))).toEqual(new Set([1]));
  });

  test('wrongly takes no number', async () => {
    const concertId = await queue.announce({ mode: 'drain' });
    expect(await queue.join('late', concertId)).toMatchObject(refused(409, 'QUEUE_CLOSED'));
    await queue.steer(concertId, { mode: 'open' });
    const malformed = { body: { concertId, more: true } };
    expect(await (await queue.as('mina')).post('/v1/queue/tokens', malformed)).toMatchObject(
      refused(400, 'ILLEGAL_ARGUMENTS'),
    );
    expect((await queue.join('mina', concertId)).body.number).toBe(1);
  });

  test('a concert that nobody announced is refused after a while; one announced meanwhile is joined', async () => {
    expect(await queue.join('mina', randomUUID())).toMatchObject(refused(404, 'CONCERT_NOT_FOUND'));
    expect(await queue.room(randomUUID())).toMatchObject(refused(404, 'CONCERT_NOT_FOUND'));
    const concertId = randomUUID();
    const joining = queue.join('mina', concertId);
    await queue.announce({}, concertId);
    expect(await joining).toMatchObject({ status: 201, body: { number: 1 } });
  });
});

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '@frontrow/service-kit/ids';
import { deleteSeatStates, saveSeatStates } from '../store/seat-states.ts';
import { type Concerts, startConcerts } from '../testing/start-concerts.ts';

describe('the catalogue', () => {
  let concerts: Concerts;
  beforeAll(async () => {
    concerts = await startConcerts();
  });
  afterAll(() => concerts?.stop());

  const list = async (concertId: string, query = '') =>
    (await concerts.anonymous().get(`/v1/concerts/${concertId}/performances${query}`)).body.items;
  const names = async (concertId: string, query?: string) =>
    (await list(concertId, query)).map(({ name }: { name: string }) => name);

  test('pages through concerts, newest first, without gap or repeat', async () => {
    const announced: string[] = [];
    for (let count = 0; count < 5; count++) announced.unshift(await concerts.announce({ name: `Concert ${count}` }));
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const query = cursor === '' ? '' : `&cursor=${cursor}`;
      const page: { items: { id: string }[]; next: string | null } = (
        await concerts.anonymous().get(`/v1/concerts?limit=2${query}`)
      ).body;
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.next;
      // One that is announced meanwhile shifts nothing.
      if (seen.length === 2) await concerts.announce();
    }
    expect(seen).toEqual(announced);
  });

  test.each(['/v1/concerts?limit=0', '/v1/concerts?cursor=x', '/v1/concerts?cursor=IjEi', '/v1/concerts/1'])(
    'refuses %s',
    async (path) => {
      expect(await concerts.anonymous().get(path)).toMatchObject({ status: 400, body: { code: 'ILLEGAL_ARGUMENTS' } });
    },
  );

  test('knows what is not there', async () => {
    for (const path of [`/v1/concerts/${newId()}`, `/v1/concerts/${newId()}/performances`]) {
      expect(await concerts.anonymous().get(path)).toMatchObject({ status: 404, body: { code: 'CONCERT_NOT_FOUND' } });
    }
    expect(await list(await concerts.announce())).toEqual([]);
  });

  test('lists performances by time', async () => {
    const concertId = await concerts.announce();
    await concerts.schedule(concertId, { name: 'last', performAt: '2026-12-26T10:00:00Z' });
    await concerts.schedule(concertId, { name: 'first', performAt: '2026-12-24T10:00:00Z' });
    await concerts.schedule(concertId, { name: 'second', performAt: '2026-12-25T10:00:00Z' });
    expect(await names(concertId)).toEqual(['first', 'second', 'last']);
    expect((await list(concertId))[0]).toMatchObject({ performAt: '2026-12-24T10:00:00.000Z', totalSeats: 50 });
  });

  test('takes a date for a day in Korea', async () => {
    const concertId = await concerts.announce();
    // In Korea: the 24th at 00:00, the 24th at 23:30, the 25th at 00:00.
    await concerts.schedule(concertId, { name: 'midnight', performAt: '2026-12-23T15:00:00Z' });
    await concerts.schedule(concertId, { name: 'late show', performAt: '2026-12-24T14:30:00Z' });
    await concerts.schedule(concertId, { name: 'christmas', performAt: '2026-12-24T15:00:00Z' });
    expect(await names(concertId, '?date=2026-12-24')).toEqual(['midnight', 'late show']);
    expect(await names(concertId, '?date=2026-12-25')).toEqual(['christmas']);
    expect(await names(concertId, '?date=2026-12-23')).toEqual([]);
    expect(await names(concertId, '?date=0000-01-01')).toEqual([]);
    for (const date of ['2026-02-30', '24.12.2026', '2026-12-24T00:00:00Z']) {
      const answer = await concerts.anonymous().get(`/v1/concerts/${concertId}/performances?date=${date}`);
      expect(answer).toMatchObject({ status: 400, body: { code: 'ILLEGAL_ARGUMENTS' } });
    }
  });

  test('lists on demand only what is to come and has a free seat', async () => {
    const concertId = await concerts.announce();
    const hoursAhead = (hours: number) => new Date(concerts.time.now.getTime() + hours * 3_600_000).toISOString();
    await concerts.schedule(concertId, { name: 'over', performAt: hoursAhead(-1) });
    await concerts.schedule(concertId, { name: 'begins now', performAt: hoursAhead(0) });
    const soldOut = await concerts.schedule(concertId, { name: 'sold out', performAt: hoursAhead(1), seats: 2 });
    const oneLeft = await concerts.schedule(concertId, { name: 'one left', performAt: hoursAhead(2), seats: 2 });

    const both = concerts.held(concertId, soldOut, 1, 2);
    const one = concerts.held(concertId, oneLeft, 2);
    const holdExpiresAt = new Date(concerts.time.now.getTime() + 60_000);
    await concerts.db.transaction(async (trx) => {
      await saveSeatStates(trx, both, { status: 'held', holdExpiresAt });
      await saveSeatStates(trx, one, { status: 'issued' });
      // Of two reservations, one of which is over: the seat counts once.
      await saveSeatStates(trx, { ...one, reservationId: newId() }, { status: 'confirmed' });
    });
    expect(await names(concertId, '?available=true')).toEqual(['one left']);
    const all = await list(concertId, '?available=false');
    expect(all.map(({ availableSeats }: { availableSeats: number }) => availableSeats)).toEqual([50, 50, 0, 1]);

    concerts.time.now = holdExpiresAt;
    expect(await names(concertId, '?available=true')).toEqual(['sold out', 'one left']);
    await concerts.db.transaction((trx) => deleteSeatStates(trx, both));
    expect((await list(concertId))[2].availableSeats).toBe(2);
  });

  test('hosts the documents of all services', async () => {
    const openApi = await concerts.anonymous().get('/openapi.json');
    expect(openApi.body).toMatchObject({ openapi: expect.stringMatching(/^3\.1/) });
    expect(Object.keys(openApi.body.paths)).toEqual(expect.arrayContaining(['/v1/payments', '/v1/wallet']));
    const asyncApi = await concerts.anonymous().get('/asyncapi.json');
    expect(asyncApi.body).toMatchObject({ asyncapi: expect.stringMatching(/^3\./) });
    for (const page of ['/docs', '/asyncapi']) {
      const { status, headers } = await concerts.anonymous().get(page);
      expect([status, headers.get('content-type')]).toEqual([200, expect.stringContaining('text/html')]);
    }
  });
});

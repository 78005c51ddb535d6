import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { holdReleased, seatsHeld } from '@frontrow/contracts/reservation';
import { newId } from '@frontrow/service-kit/ids';
import { eventually } from '@frontrow/testing/eventually';
import { type Reservations, startReservations, tally, withoutSweeper } from '../testing/start-reservations.ts';

let reservations: Reservations;
beforeAll(async () => {
  reservations = await startReservations({ instances: 2, overrides: withoutSweeper });
});
afterAll(() => reservations?.stop());

const releasesOf = (reservationId: string) =>
  reservations.probe.seen(holdReleased).filter(({ key }) => key === reservationId);

describe('giving seats back', () => {
  test('frees them at once, for the buyer and for everybody', async () => {
    const performanceId = await reservations.performance({ policies: { maxSeatsPerUser: 2 } });
    const seats = [1, 2].map((seat) => ({ performanceId, seat }));
    const { body } = await reservations.hold('mina', seats);
    const mina = await reservations.as('mina');
    expect(await mina.delete(`/v1/reservations/${body.id}`)).toMatchObject({ status: 204, body: '' });
    expect((await mina.get(`/v1/reservations/${body.id}`)).body).toMatchObject({
      status: 'RELEASED',
      holdExpiresAt: null,
      tickets: [{ status: 'RELEASED' }, { status: 'RELEASED' }],
    });
    expect((await reservations.hold('jun', seats.slice(0, 1))).status).toBe(201);
    expect((await reservations.hold('mina', seats.slice(1))).status).toBe(201);
    await eventually(() => releasesOf(body.id).length > 0);
    expect(releasesOf(body.id)[0]?.data).toMatchObject({ userId: 'mina', seats });
  });

  test('many times at once gives them back once', async () => {
    const performanceId = await reservations.performance({ policies: { maxSeatsPerUser: 2 } });
    const kept = await reservations.hold('sora', [{ performanceId, seat: 1 }]);
    const given = await reservations.hold('sora', [{ performanceId, seat: 2 }]);
    const [here, there] = await Promise.all([reservations.as('sora', 0), reservations.as('sora', 1)]);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => (index % 2 ? here : there).delete(`/v1/reservations/${given.body.id}`)),
    );
    expect(answers.map((answer) => answer.status)).toEqual(Array(20).fill(204));
    expect(await reservations.db('seat_quotas').where({ user_id: 'sora' })).toMatchObject([{ seats: 1 }]);
    expect(await reservations.db('seat_claims').where({ performance_id: performanceId })).toMatchObject([
      { reservation_id: kept.body.id },
    ]);
    await eventually(() => releasesOf(given.body.id).length > 0);
    expect(releasesOf(given.body.id)).toHaveLength(1);
  });

  test('while others grab them: every seat ends up with one owner, and nothing gets stuck', async () => {
    const performanceId = await reservations.performance({ policies: { maxSeatsPerUser: 100 } });
    const seats = [1, 2, 3].map((seat) => ({ performanceId, seat }));
    const churn = async (userId: string, instance: number) => {
      const user = await reservations.as(userId, instance);
      const answers = [];
      for (let round = 0; round < 10; round += 1) {
        const answer = await reservations.hold(userId, round % 2 === 0 ? seats : seats.toReversed(), { instance });
        answers.push(answer);
        if (answer.status === 201) expect((await user.delete(`/v1/reservations/${answer.body.id}`)).status).toBe(204);
      }
      return answers;
    };
    // The same buyers on both instances: their quota is as contended as the seats.
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, index) => churn(`churner-${index % 4}`, index % 2)),
    );
    const { '201': held, '409 ALREADY_TAKEN': taken, ...others } = tally(answers.flat());
    expect(others).toEqual({});
    expect((held as number) + (taken ?? 0)).toBe(120);
    expect(await reservations.db('seat_claims').where({ performance_id: performanceId })).toEqual([]);
    expect(await reservations.db('seat_quotas').whereLike('user_id', 'churner-%').where('seats', '>', 0)).toEqual([]);
    const heldIds = answers.flat().flatMap(({ status, body }) => (status === 201 ? [body.id] : []));
    await eventually(() => heldIds.every((id) => releasesOf(id).length === 1));
    expect(reservations.probe.seen(seatsHeld).filter(({ key }) => heldIds.includes(key))).toHaveLength(heldIds.length);
  });
});

describe('reservations', () => {
  test('are their owner’s only', async () => {
    const performanceId = await reservations.performance();
    const { body } = await reservations.hold('owner', [{ performanceId, seat: 1 }]);
    const [owner, thief] = [await reservations.as('owner'), await reservations.as('thief', 1)];
    const notFound = { status: 404, body: { code: 'RESERVATION_NOT_FOUND' } };
    expect(await thief.get(`/v1/reservations/${body.id}`)).toMatchObject(notFound);
    expect(await thief.delete(`/v1/reservations/${body.id}`)).toMatchObject(notFound);
    expect((await thief.get('/v1/reservations')).body).toEqual({ items: [], next: null });
    expect(await owner.get(`/v1/reservations/${newId()}`)).toMatchObject(notFound);
    expect(await owner.delete(`/v1/reservations/${newId()}`)).toMatchObject(notFound);
    expect((await owner.get(`/v1/reservations/${body.id}`)).body.status).toBe('HELD');
  });

  test('come in pages, newest first', async () => {
    const performanceId = await reservations.performance({ policies: { maxSeatsPerUser: 5 } });
    const made: string[] = [];
    for (const seat of [1, 2, 3, 4, 5]) {
      made.unshift((await reservations.hold('pager', [{ performanceId, seat }])).body.id);
    }
    const pager = await reservations.as('pager');
    const seen: string[] = [];
    let cursor = '';
    for (const size of [2, 2, 1]) {
      const { body } = await pager.get(`/v1/reservations?limit=2${cursor}`);
      expect(body.items).toHaveLength(size);
      seen.push(...body.items.map(({ id }: { id: string }) => id));
      cursor = `&cursor=${body.next}`;
      expect(body.next === null).toBe(size === 1);
    }
    expect(seen).toEqual(made);
    expect((await pager.get('/v1/reservations')).body.items).toHaveLength(5);
    const wrong = await pager.get('/v1/reservations?cursor=nonsense');
    expect(wrong).toMatchObject({ status: 400, body: { code: 'ILLEGAL_ARGUMENTS' } });
  });
});

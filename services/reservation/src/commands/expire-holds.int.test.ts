import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { confirmReservation, holdExpired, seatsHeld } from '@frontrow/contracts/reservation';
import { newId } from '@frontrow/service-kit/ids';
import { eventually } from '@frontrow/testing/eventually';
import { type Reservations, startReservations, tally, withoutSweeper } from '../testing/start-reservations.ts';

const expiriesOf = (reservations: Reservations, reservationId: string) =>
  reservations.probe.seen(holdExpired).filter(({ key }) => key === reservationId);

describe('an expired hold, before any sweeper comes by', () => {
  let reservations: Reservations;
  beforeAll(async () => {
    reservations = await startReservations({ instances: 2, overrides: withoutSweeper });
  });
  afterAll(() => reservations?.stop());

  test('is free for the next buyer the instant it ends, and its expiry is announced first', async () => {
    const concertId = newId();
    const performanceId = await reservations.performance({ concertId, policies: { holdSeconds: 1 } });
    const first = await reservations.hold('slow', [{ performanceId, seat: 1 }]);
    const next = await eventually(async () => {
      const answer = await reservations.hold('quick', [{ performanceId, seat: 1 }]);
      return answer.status === 201 && answer;
    });
    // Not before its time, and at once after it.
    const lateMs = Date.parse(next.body.createdAt) - Date.parse(first.body.holdExpiresAt);
    expect(lateMs).toBeGreaterThanOrEqual(0);
    expect(lateMs).toBeLessThan(1_000);

    const [expiry] = await eventually(() => {
      const seen = expiriesOf(reservations, first.body.id);
      return seen.length > 0 && seen;
    });
    expect(expiry?.data).toMatchObject({ userId: 'slow', concertId, seats: [{ performanceId, seat: 1 }] });
    await eventually(() => reservations.probe.seen(seatsHeld).some(({ key }) => key === next.body.id));
    expect(expiriesOf(reservations, first.body.id)).toHaveLength(1);
    expect(await reservations.db('seat_quotas').where({ user_id: 'slow' })).toMatchObject([{ seats: 0 }]);
  });

  test('goes to one of many who want it at once, and expires once', async () => {
    const performanceId = await reservations.performance();
    const first = await reservations.hold('gone', [{ performanceId, seat: 1 }]);
    await reservations.runOut(first.body.id);
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        reservations.hold(`hungry-${index}`, [{ performanceId, seat: 1 }], { instance: index % 2 }),
      ),
    );
    expect(tally(answers)).toEqual({ '201': 1, '409 ALREADY_TAKEN': 99 });
    const winner = answers.find(({ status }) => status === 201);
    await eventually(() => reservations.probe.seen(seatsHeld).some(({ key }) => key === winner?.body.id));
    await eventually(() => expiriesOf(reservations, first.body.id).length > 0);
    expect(expiriesOf(reservations, first.body.id)).toHaveLength(1);
  });

  test('of the buyer’s own no longer counts against their limit', async () => {
    const performanceId = await reservations.performance();
    const first = await reservations.hold('regular', [{ performanceId, seat: 1 }]);
    const second = { performanceId, seat: 2 };
    expect((await reservations.hold('regular', [second])).body.code).toBe('SEAT_LIMIT_EXCEEDED');
    await reservations.runOut(first.body.id);
    expect((await reservations.hold('regular', [second])).status).toBe(201);
    await eventually(() => expiriesOf(reservations, first.body.id).length === 1);
  });

  test('is in nobody’s way, and a hold refused for another seat changes nothing about it', async () => {
    const performanceId = await reservations.performance({ policies: { maxSeatsPerUser: 2 } });
    const overdue = await reservations.hold('idle', [{ performanceId, seat: 1 }]);
    await reservations.hold('owner', [{ performanceId, seat: 2 }]);
    await reservations.runOut(overdue.body.id);
    const both = [1, 2].map((seat) => ({ performanceId, seat }));
    expect((await reservations.hold('unlucky', both)).body.code).toBe('ALREADY_TAKEN');
    expect((await reservations.hold('unlucky', both.slice(0, 1))).status).toBe(201);
  });

  test('is shown as expired, and can be released without an error', async () => {
    const performanceId = await reservations.performance();
    const { body } = await reservations.hold('shown', [{ performanceId, seat: 1 }]);
    await reservations.runOut(body.id);
    const shown = await reservations.as('shown');
    const expected = { status: 'EXPIRED', holdExpiresAt: null, tickets: [{ status: 'EXPIRED' }] };
    expect((await shown.get(`/v1/reservations/${body.id}`)).body).toMatchObject(expected);
    expect((await shown.get('/v1/reservations')).body.items).toMatchObject([expected]);
    expect((await shown.delete(`/v1/reservations/${body.id}`)).status).toBe(204);
    await eventually(() => expiriesOf(reservations, body.id).length === 1);
  });
});

describe('the sweepers of two instances', () => {
  let reservations: Reservations;
  beforeAll(async () => {
    reservations = await startReservations({ instances: 2 });
  });
  afterAll(() => reservations?.stop());

  test('announce each expiry once, and within about a second', async () => {
    const COUNT = 250;
    const performanceId = await reservations.performance({ totalSeats: COUNT, policies: { holdSeconds: 2 } });
    const answers = await Promise.all(
      Array.from({ length: COUNT }, (_, index) =>
        reservations.hold(`sleeper-${index}`, [{ performanceId, seat: index + 1 }], { instance: index % 2 }),
      ),
    );
    expect(tally(answers)).toEqual({ '201': COUNT });
    const announced = await eventually(
      () => {
        const seen = reservations.probe.seen(holdExpired);
        return seen.length >= COUNT && seen;
      },
      { withinMs: 15_000, what: 'all expiries' },
    );
    expect(new Set(announced.map(({ key }) => key))).toEqual(new Set(answers.map(({ body }) => body.id)));
    expect(announced).toHaveLength(COUNT);
    const dueAtMs = new Map(answers.map(({ body }) => [body.id, Date.parse(body.holdExpiresAt)]));
    const delaysMs = announced.map(({ key, time }) => Date.parse(time) - (dueAtMs.get(key) as number));
    expect(Math.min(...delaysMs)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...delaysMs)).toBeLessThan(2_000);

    expect(await reservations.db('seat_claims').where({ performance_id: performanceId })).toEqual([]);
    expect(await reservations.db('seat_quotas').where('seats', '>', 0)).toEqual([]);
    expect(await reservations.db('reservations').where({ status: 'EXPIRED' })).toHaveLength(COUNT);
    // The tickets stay, for the buyer's history.
    expect(await reservations.db('tickets')).toHaveLength(COUNT);
  });

  test('don’t wait for a hold that somebody is at: the others expire meanwhile', async () => {
    const performanceId = await reservations.performance({ policies: { holdSeconds: 1 } });
    const busy = await reservations.hold('busy', [{ performanceId, seat: 1 }]);
    await reservations.db.transaction(async (trx) => {
      await trx('reservations').where({ id: busy.body.id }).forUpdate();
      const idle = await reservations.hold('idle', [{ performanceId, seat: 2 }]);
      await eventually(() => expiriesOf(reservations, idle.body.id).length > 0);
      expect(expiriesOf(reservations, busy.body.id)).toEqual([]);
    });
    await eventually(() => expiriesOf(reservations, busy.body.id).length > 0);
  });

  test('leave a confirmed hold alone, however long its payment takes', async () => {
    const performanceId = await reservations.performance({ policies: { holdSeconds: 1 } });
    const paying = await reservations.hold('payer', [{ performanceId, seat: 1 }]);
    const command = { paymentId: newId(), reservationId: paying.body.id, userId: 'payer', expectedAmountWon: null };
    await reservations.probe.send('payment', confirmReservation, command);
    await eventually(async () => {
      const row = await reservations.db('reservations').where({ id: paying.body.id }).first();
      return row.status === 'CONFIRMED';
    });
    // A hold of another buyer that began later: when that one is gone, sweepers have passed this one by.
    const watch = await reservations.hold('watch', [{ performanceId, seat: 2 }]);
    await eventually(() => expiriesOf(reservations, watch.body.id).length > 0);
    expect(expiriesOf(reservations, paying.body.id)).toEqual([]);
    expect((await reservations.hold('rival', [{ performanceId, seat: 1 }])).body.code).toBe('ALREADY_TAKEN');
  });
});

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { seatsHeld } from '@frontrow/contracts/reservation';
import { eventually } from '@frontrow/testing/eventually';
import {
  type Reservations,
  type Seat,
  startReservations,
  tally,
  withoutSweeper,
} from '../testing/start-reservations.ts';

const BUYERS = 500;

/** Every buyer asks for the same seat at once, over two instances. */
const race = async (reservations: Reservations, performanceId: string) => {
  const buyers = Array.from({ length: BUYERS }, (_, index) => `buyer-${index}`);
  return Promise.all(
    buyers.map((buyer, index) => reservations.hold(buyer, [{ performanceId, seat: 17 }], { instance: index % 2 })),
  );
};

describe('one seat, two instances', () => {
  let reservations: Reservations;
  beforeAll(async () => {
    reservations = await startReservations({ instances: 2 });
  });
  afterAll(() => reservations?.stop());

  test('500 buyers at once: it goes to one, and the others are told that it is taken', async () => {
    const performanceId = await reservations.performance();
    const answers = await race(reservations, performanceId);
    expect(tally(answers)).toEqual({ '201': 1, '409 ALREADY_TAKEN': BUYERS - 1 });

    const winner = answers.find(({ status }) => status === 201);
    expect(await reservations.db('seat_claims').where({ performance_id: performanceId })).toEqual([
      { performance_id: performanceId, seat: 17, reservation_id: winner?.body.id },
    ]);
    // The refused ones left nothing behind that would count against them.
    expect(await reservations.db('seat_quotas').where({ seats: 1 })).toHaveLength(1);
    expect(await reservations.db('reservations')).toHaveLength(1);
    expect(await reservations.db('tickets')).toHaveLength(1);
    await eventually(() => reservations.probe.seen(seatsHeld).length > 0);
    expect(reservations.probe.seen(seatsHeld).map(({ key }) => key)).toEqual([winner?.body.id]);
  });

  test('one buyer with many requests at once gets no more seats than the policy allows', async () => {
    const performanceId = await reservations.performance({ policies: { maxSeatsPerUser: 2 } });
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        reservations.hold('greedy', [{ performanceId, seat: index + 1 }], { instance: index % 2 }),
      ),
    );
    expect(tally(answers)).toEqual({ '201': 2, '409 SEAT_LIMIT_EXCEEDED': 28 });
    expect(await reservations.db('seat_quotas').where({ user_id: 'greedy' })).toMatchObject([{ seats: 2 }]);
  });

  test('the same key twice at once: one hold, and the same answer', async () => {
    const performanceId = await reservations.performance();
    const pass = { key: 'once-only' };
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        reservations.hold('hasty', [{ performanceId, seat: 1 }], { ...pass, instance: index % 2 }),
      ),
    );
    expect(tally(answers)).toEqual({ '201': 10 });
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(await reservations.db('reservations').where({ user_id: 'hasty' })).toHaveLength(1);
  });
});

describe('a database that takes its time over each claim', () => {
  let reservations: Reservations;
  beforeAll(async () => {
    reservations = await startReservations({ instances: 2, overrides: withoutSweeper });
    await reservations.db.raw(`
      create function take_time() returns trigger language plpgsql as $$
      begin
        perform pg_sleep(0.02);
        return new;
      end $$;
      create trigger slow_claims before insert on seat_claims for each row execute function take_time()`);
  });
  afterAll(() => reservations?.stop());

  test('holds of the same seats in opposite orders meet half-way: one is whole, and none gets stuck', async () => {
    const performanceId = await reservations.performance({ policies: { maxSeatsPerUser: 10 } });
    const seats: Seat[] = Array.from({ length: 10 }, (_, index) => ({ performanceId, seat: index + 1 }));
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        reservations.hold(`runner-${index}`, index % 2 === 0 ? seats : seats.toReversed(), { instance: index % 2 }),
      ),
    );
    expect(tally(answers)).toEqual({ '201': 1, '409 ALREADY_TAKEN': 7 });
    const winner = answers.find(({ status }) => status === 201);
    const claims = await reservations.db('seat_claims').where({ reservation_id: winner?.body.id });
    expect(claims).toHaveLength(10);
    expect(await reservations.db('seat_claims')).toHaveLength(10);
  });
});

describe('the same race without the key of seat_claims', () => {
  let reservations: Reservations;
  beforeAll(async () => {
    reservations = await startReservations({ instances: 2, overrides: withoutSweeper });
    await reservations.db.raw('alter table seat_claims drop constraint seat_claims_pkey');
  });
  afterAll(() => reservations?.stop());

  test('sells the seat more than once: the race is real, and the key is what decides it', async () => {
    const performanceId = await reservations.performance();
    const { '201': held } = tally(await race(reservations, performanceId));
    expect(held).toBeGreaterThan(1);
  });
});

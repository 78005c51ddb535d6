import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  cancelReservation,
  confirmReservation,
  holdExpired,
  holdReleased,
  reopenReservation,
  reservationCancelled,
  reservationConfirmed,
  reservationReopened,
  seatsHeld,
} from '@frontrow/contracts/reservation';
import { newId } from '@frontrow/service-kit/ids';
import { eventually } from '@frontrow/testing/eventually';
import { type Reservations, startReservations } from '../testing/start-reservations.ts';

const BUYERS = 8;
const SEATS = 6;
const ROUNDS = 25;

let reservations: Reservations;
beforeAll(async () => {
  reservations = await startReservations({ instances: 2 });
});
afterAll(() => reservations?.stop());

/** Different for each buyer and round, and the same in every run. */
const pick = (buyer: number, round: number, choices: number) => (buyer * 7 + round * 13 + buyer * round) % choices;

/** A buyer who holds, forgets, releases, or starts payments that fail. */
const shop = async (buyer: number, performances: readonly string[]): Promise<number[]> => {
  const userId = `shopper-${buyer}`;
  const api = await reservations.as(userId, buyer % 2);
  const statuses: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const first = pick(buyer, round, SEATS);
    const seats = [first, (first + 1) % SEATS].map((seat, index) => ({
      performanceId: performances[(round + index) % performances.length] as string,
      seat: seat + 1,
    }));
    const { status, body } = await reservations.hold(userId, seats, { instance: round % 2 });
    statuses.push(status);
    if (status !== 201) continue;
    const choice = pick(buyer, round, 4);
    if (choice === 0) await api.delete(`/v1/reservations/${body.id}`);
    if (choice === 1) await failToPay(userId, body.id, reopenReservation);
    if (choice === 2) await failToPay(userId, body.id, cancelReservation);
  }
  return statuses;
};

const failToPay = async (
  userId: string,
  reservationId: string,
  undo: typeof reopenReservation | typeof cancelReservation,
) => {
  const command = { paymentId: newId(), reservationId, userId };
  await reservations.probe.send('payment', confirmReservation, { ...command, expectedAmountWon: null });
  await reservations.probe.send('payment', undo, command);
};

test('holds, releases, expiries and failing payments at once leave the books balanced', async () => {
  const concertId = newId();
  const policies = { holdSeconds: 1, maxSeatsPerUser: 4 };
  const performances = [
    await reservations.performance({ concertId, policies }),
    await reservations.performance({ concertId, policies }),
  ];
  const statuses = await Promise.all(Array.from({ length: BUYERS }, (_, buyer) => shop(buyer, performances)));
  expect(new Set(statuses.flat())).toEqual(new Set([201, 409]));

  // In the end every hold has run out or was given back, and everything was told.
  const { db, probe } = reservations;
  await eventually(async () => (await db('reservations').whereIn('status', ['HELD', 'CONFIRMED'])).length === 0, {
    withinMs: 20_000,
  });
  expect(await db('seat_claims')).toEqual([]);
  expect(await db('seat_quotas').where('seats', '<>', 0)).toEqual([]);
  const rows = await db('reservations');
  const endings = [holdExpired, holdReleased, reservationCancelled];
  const ended = await eventually(() => {
    const seen = endings.flatMap((type) => probe.seen(type));
    return seen.length >= rows.length && seen;
  });
  const told = new Map(ended.map(({ key, type }) => [key, type]));
  expect(ended).toHaveLength(rows.length);
  expect(told.size).toBe(rows.length);
  const endingOf = { EXPIRED: holdExpired, RELEASED: holdReleased, CANCELLED: reservationCancelled };
  for (const { id, status } of rows) expect(told.get(id)).toBe(endingOf[status as keyof typeof endingOf].type);
  expect(probe.seen(seatsHeld)).toHaveLength(rows.length);
  expect(probe.seen(reservationConfirmed).length).toBe(
    probe.seen(reservationReopened).length + probe.seen(reservationCancelled).length,
  );
});

import { describe, expect, test } from '@jest/globals';
import { amountOf, duplicateSeat, type Performance, refuseHold, toSeatRequest } from './hold-request.ts';

const now = new Date('2026-12-01T11:00:00.000Z');
const policies = {
  maxSeatsPerUser: 2,
  holdSeconds: 300,
  onFailedPayment: 'keep',
  expireTokenOn: 'payment',
  requireBalanceAtHold: false,
} as const;
const performance: Performance = {
  id: '019aa6f0-5c00-7000-8000-0000000000aa',
  concertId: '019aa6f0-5c00-7000-8000-0000000000bb',
  concertName: 'Winter Night',
  name: 'Christmas Eve',
  performAt: new Date('2026-12-24T10:00:00.000Z'),
  priceWon: 88_000,
  totalSeats: 50,
  policies,
};
const seat = (number: number, of: Performance = performance) => ({
  performanceId: of.id,
  seat: number,
  reserverName: null,
  performance: of,
});

describe('a request for seats', () => {
  test('names no seat twice, however the id is written', () => {
    const capitals = toSeatRequest({ performanceId: performance.id.toUpperCase(), seat: 7 });
    expect(duplicateSeat([seat(7), seat(8), capitals])).toEqual(capitals);
  });

  test('may name the same number in two performances', () => {
    expect(duplicateSeat([seat(7), seat(7, { ...performance, id: 'another' })])).toBeUndefined();
  });

  test('costs the sum of its seats, each at its performance’s price', () => {
    expect(amountOf([seat(1), seat(2, { ...performance, priceWon: 12_000 })])).toBe(100_000);
  });
});

describe('a hold is refused', () => {
  test('for a seat beyond the last one', () => {
    expect(refuseHold([seat(50)], policies, now)).toBeUndefined();
    expect(refuseHold([seat(1), seat(51)], policies, now)).toBe('SEAT_NOT_FOUND');
  });

  test('once a performance has started, to the millisecond', () => {
    const justBefore = new Date(performance.performAt.getTime() - 1);
    expect(refuseHold([seat(1)], policies, justBefore)).toBeUndefined();
    expect(refuseHold([seat(1)], policies, performance.performAt)).toBe('PERFORMANCE_STARTED');
  });

  test('for more seats than one person may have', () => {
    expect(refuseHold([seat(1), seat(2)], policies, now)).toBeUndefined();
    expect(refuseHold([seat(1), seat(2), seat(3)], policies, now)).toBe('SEAT_LIMIT_EXCEEDED');
  });
});

import { describe, expect, test } from '@jest/globals';
import { freeSeats } from './seat-map.ts';
import { confirmed, held, issued } from './seat-state.ts';

describe('free seats', () => {
  test('are all of them at first', () => {
    expect(freeSeats(5, [])).toEqual([1, 2, 3, 4, 5]);
  });
  test('leave out the taken ones, the first and the last too', () => {
    expect(freeSeats(5, [5, 1, 3])).toEqual([2, 4]);
  });
  test('are none when all are taken', () => {
    expect(freeSeats(2, [1, 2])).toEqual([]);
  });
  test('ignore a seat that the hall does not have', () => {
    expect(freeSeats(2, [3, 2])).toEqual([1]);
  });
});

describe('the state of a seat', () => {
  test('has a clock only while it is held', () => {
    const holdExpiresAt = '2026-12-01T11:05:00.000Z';
    expect(held({ holdExpiresAt })).toEqual({ status: 'held', holdExpiresAt: new Date(holdExpiresAt) });
    expect([confirmed(), issued()]).toEqual([{ status: 'confirmed' }, { status: 'issued' }]);
  });
});

import { describe, expect, test } from '@jest/globals';
import { expectedAmountWon, fingerprintOf, type PaymentRecord, refusedAtStart, toView, waitMsOf } from './payment.ts';

const pending: PaymentRecord = {
  id: 'p',
  userId: 'mina',
  reservationId: 'r',
  status: 'PENDING',
  code: null,
  parts: [],
  amountWon: null,
  balanceWon: null,
  holdExpiresAt: null,
  tickets: [],
  fingerprint: '',
  createdAt: new Date('2026-12-01T11:00:00Z'),
  endedAt: null,
};

describe('Prefer: wait', () => {
  test.each([
    [undefined, 3_000],
    ['wait=0', 0],
    ['wait=10', 10_000],
    ['respond-async, wait=5', 5_000],
    ['wait=600', 30_000],
    ['wait=-1', 3_000],
    ['wait=soon', 3_000],
    ['await=9', 3_000],
  ])('%p waits %p ms', (header, waitMs) => {
    expect(waitMsOf(header)).toBe(waitMs);
  });
});

describe('a failed payment', () => {
  const failed = { ...pending, status: 'FAILED', endedAt: pending.createdAt } as const;

  test('that the reservation refused answers with the refusal', () => {
    expect(refusedAtStart({ ...failed, code: 'HOLD_EXPIRED' })).toBe('HOLD_EXPIRED');
  });

  test('that got further is a declined payment', () => {
    expect(refusedAtStart({ ...failed, code: 'OUT_OF_BUDGET', amountWon: 5 })).toBeUndefined();
    expect(refusedAtStart({ ...failed, code: 'PAYMENT_TIMED_OUT' })).toBeUndefined();
  });

  test('shows its code, and a pending one shows none', () => {
    expect(toView({ ...failed, code: 'OUT_OF_BUDGET' })).toMatchObject({ status: 'FAILED', code: 'OUT_OF_BUDGET' });
    expect(toView(pending)).not.toHaveProperty('code');
  });
});

test('a payment without parts shows as one part of points once its price is known', () => {
  expect(toView(pending).payments).toEqual([]);
  expect(toView({ ...pending, amountWon: 7 }).payments).toEqual([{ method: 'POINT', amountWon: 7 }]);
});

test('the expected amount is the sum of the parts, or open without any', () => {
  expect(expectedAmountWon(undefined)).toBeNull();
  expect(
    expectedAmountWon([
      { method: 'POINT', amountWon: 2 },
      { method: 'POINT', amountWon: 3 },
    ]),
  ).toBe(5);
});

test('two requests are the same when reservation and parts are', () => {
  const parts = [{ method: 'POINT' as const, amountWon: 2 }];
  expect(fingerprintOf('A', parts)).toBe(fingerprintOf('a', parts));
  expect(fingerprintOf('a', parts)).not.toBe(fingerprintOf('a', undefined));
  expect(fingerprintOf('a', parts)).not.toBe(fingerprintOf('b', parts));
});

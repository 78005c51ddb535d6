import { describe, expect, test } from '@jest/globals';
import { decideDebit, decideRefund, type PaymentEntry, type PaymentState, paymentState } from './wallet.ts';

const debit: PaymentEntry = { kind: 'DEBIT', amountWon: -88_000, balanceWon: 12_000 };
const refund: PaymentEntry = { kind: 'REFUND', amountWon: 88_000, balanceWon: 100_000 };
const untouched: PaymentState = { status: 'untouched' };
const debited: PaymentState = { status: 'debited', debitedWon: 88_000, balanceWon: 12_000 };
const refunded: PaymentState = { status: 'refunded', refundedWon: 88_000, balanceWon: 100_000 };

describe('how far a payment has come', () => {
  test.each([
    ['untouched without entry or mark', [], false, untouched],
    ['barred by a mark', [], true, { status: 'barred' }],
    ['debited', [debit], false, debited],
    ['refunded, in whatever order the entries are read', [refund, debit], false, refunded],
    ['refunded, though a mark is there as well', [debit, refund], true, refunded],
  ] as const)('%s', (_name, entries, barred, expected) => {
    expect(paymentState(entries, barred)).toEqual(expected);
  });
});

describe('a debit', () => {
  test('takes points down to the last one', () => {
    expect(decideDebit(untouched, 88_000, 88_000)).toEqual({ kind: 'debit', amountWon: 88_000 });
  });
  test('of a free concert needs no points', () => {
    expect(decideDebit(untouched, 0, 0)).toEqual({ kind: 'debit', amountWon: 0 });
  });
  test('is refused when one won is missing', () => {
    expect(decideDebit(untouched, 87_999, 88_000)).toEqual({ kind: 'refuse', code: 'OUT_OF_BUDGET' });
  });
  test('that was made before stands, whatever the balance is now', () => {
    expect(decideDebit(debited, 0, 88_000)).toEqual({ kind: 'debited-before', balanceWon: 12_000 });
  });
  test.each<PaymentState>([{ status: 'barred' }, refunded])('is refused once its payment was undone', (state) => {
    expect(decideDebit(state, 1_000_000, 88_000)).toEqual({ kind: 'refuse', code: 'PAYMENT_TIMED_OUT' });
  });
});

describe('a refund', () => {
  test('gives back what the debit took', () => {
    expect(decideRefund(debited)).toEqual({ kind: 'refund', amountWon: 88_000 });
  });
  test('happens once', () => {
    expect(decideRefund(refunded)).toEqual({ kind: 'refunded-before', refundedWon: 88_000, balanceWon: 100_000 });
  });
  test.each<PaymentState>([untouched, { status: 'barred' }])('without a debit bars it', (state) => {
    expect(decideRefund(state)).toEqual({ kind: 'bar-debit' });
  });
});

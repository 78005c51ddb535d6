import { expect, test } from '@jest/globals';
import { reservationExample } from '@frontrow/contracts/reservation';
import { type Purchase, priceOf, ticketsAfter } from './purchase.ts';

const requested: Purchase = { paymentId: 'p', reservationId: 'r', userId: 'mina', expectedAmountWon: null };
const confirmed = (onFailedPayment: 'keep' | 'cancel'): Purchase => ({
  ...requested,
  price: { amountWon: 1, concertId: 'c', queueTokenId: 'q', onFailedPayment, tickets: reservationExample.tickets },
});

test('tickets are issued by a completed payment, held or cancelled by a failed one as the policy says', () => {
  const statusAfter = (purchase: Purchase, end: 'COMPLETED' | 'FAILED') => ticketsAfter(purchase, end)[0]?.status;
  expect(statusAfter(confirmed('keep'), 'COMPLETED')).toBe('ISSUED');
  expect(statusAfter(confirmed('keep'), 'FAILED')).toBe('HELD');
  expect(statusAfter(confirmed('cancel'), 'FAILED')).toBe('CANCELLED');
  expect(ticketsAfter(requested, 'FAILED')).toEqual([]);
});

test('asking for the price before the reservation is confirmed is a bug, not a payment of 0', () => {
  expect(() => priceOf(requested)).toThrow('no price');
});

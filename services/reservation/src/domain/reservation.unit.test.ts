import { describe, expect, test } from '@jest/globals';
import {
  asSeenAt,
  cancel,
  claimsSeats,
  confirm,
  evolve,
  expire,
  heldUntil,
  issue,
  type ReservationState,
  release,
  reopen,
} from './reservation.ts';

const payment = '019aa6f0-5c00-7000-8000-0000000000aa';
const otherPayment = '019aa6f0-5c00-7000-8000-0000000000bb';
const now = new Date('2026-12-01T11:00:00.000Z');
const inOneMinute = new Date('2026-12-01T11:01:00.000Z');

const held: ReservationState = { status: 'HELD', holdExpiresAt: inOneMinute, reopenedBy: null };
const overdue: ReservationState = { status: 'HELD', holdExpiresAt: now, reopenedBy: null };
const confirmed: ReservationState = { status: 'CONFIRMED', paymentId: payment, remainingMs: 60_000 };
const issued: ReservationState = { status: 'ISSUED', paymentId: payment };
const cancelled: ReservationState = { status: 'CANCELLED', paymentId: payment };
const expired: ReservationState = { status: 'EXPIRED' };
const released: ReservationState = { status: 'RELEASED' };
const over = [cancelled, expired, released];

const asked = { paymentId: payment, expectedAmountWon: null, amountWon: 88_000, undone: false };
const nothing = { outcome: 'done', event: null };

describe('confirming', () => {
  test('stops the clock and keeps what was left of it', () => {
    const event = { kind: 'confirmed', paymentId: payment, remainingMs: 60_000 };
    expect(confirm(held, asked, now)).toEqual({ outcome: 'done', event });
  });

  test('again by the same payment changes nothing and is no refusal', () => {
    expect(confirm(confirmed, asked, inOneMinute)).toEqual(nothing);
  });

  test('is refused while another payment runs', () => {
    const refusal = { outcome: 'refused', code: 'PAYMENT_IN_PROGRESS', event: null };
    expect(confirm(confirmed, { ...asked, paymentId: otherPayment }, now)).toEqual(refusal);
  });

  test('is refused once the tickets are issued', () => {
    expect(confirm(issued, asked, now)).toEqual({ outcome: 'refused', code: 'ALREADY_PAID', event: null });
  });

  test('in the very instant that the hold ends is too late, and carries the expiry out', () => {
    const refusal = { outcome: 'refused', code: 'HOLD_EXPIRED', event: { kind: 'expired' } };
    expect(confirm(overdue, asked, now)).toEqual(refusal);
    const justBefore = new Date(now.getTime() - 1);
    expect(confirm(overdue, asked, justBefore)).toMatchObject({ outcome: 'done', event: { remainingMs: 1 } });
  });

  test.each(over)('a reservation that is over ($status) is refused, without another event', (state) => {
    expect(confirm(state, asked, now)).toEqual({ outcome: 'refused', code: 'HOLD_EXPIRED', event: null });
  });

  test('with the wrong amount is refused, with the right one it is not', () => {
    const refusal = { outcome: 'refused', code: 'AMOUNT_MISMATCH', event: null };
    expect(confirm(held, { ...asked, expectedAmountWon: 87_999 }, now)).toEqual(refusal);
    expect(confirm(held, { ...asked, expectedAmountWon: 88_000 }, now)).toMatchObject({ outcome: 'done' });
  });

  test('nothing of an amount is a wrong amount, too', () => {
    expect(confirm(held, { ...asked, expectedAmountWon: 0 }, now)).toMatchObject({ code: 'AMOUNT_MISMATCH' });
  });

  test.each([held, overdue, confirmed, issued, ...over])(
    'by a payment that was undone is refused, whatever the state ($status)',
    (state) => {
      const refusal = { outcome: 'refused', code: 'PAYMENT_TIMED_OUT', event: null };
      expect(confirm(state, { ...asked, undone: true }, now)).toEqual(refusal);
    },
  );
});

describe('reopening', () => {
  test('runs the clock on with the time that was left', () => {
    const later = new Date('2026-12-01T12:00:00.000Z');
    const holdExpiresAt = new Date('2026-12-01T12:01:00.000Z');
    const event = { kind: 'reopened', paymentId: payment, holdExpiresAt };
    expect(reopen(confirmed, payment, later)).toEqual({ outcome: 'done', event });
  });

  test('by another payment changes nothing', () => {
    expect(reopen(confirmed, otherPayment, now)).toEqual(nothing);
  });

  test.each([held, issued, ...over])('what is not confirmed ($status) changes nothing', (state) => {
    expect(reopen(state, payment, now)).toEqual(nothing);
  });

  test('can be told from the hold it left, by the payment that did it only', () => {
    const reopened = evolve({ kind: 'reopened', paymentId: payment, holdExpiresAt: inOneMinute });
    expect(heldUntil(reopened, payment)).toEqual(inOneMinute);
    expect(heldUntil(reopened, otherPayment)).toBeNull();
    expect(heldUntil(held, payment)).toBeNull();
    expect(heldUntil(confirmed, payment)).toBeNull();
  });
});

describe('cancelling', () => {
  test('ends what the payment confirmed', () => {
    expect(cancel(confirmed, payment)).toEqual({ outcome: 'done', event: { kind: 'cancelled', paymentId: payment } });
  });

  test.each([held, issued, ...over])('what is not confirmed ($status) changes nothing', (state) => {
    expect(cancel(state, payment)).toEqual(nothing);
  });

  test('by another payment changes nothing', () => {
    expect(cancel(confirmed, otherPayment)).toEqual(nothing);
  });
});

describe('issuing', () => {
  test('follows the confirmation by the same payment', () => {
    expect(issue(confirmed, payment)).toEqual({ outcome: 'done', event: { kind: 'issued', paymentId: payment } });
  });

  test('happens once', () => {
    expect(issue(issued, payment)).toEqual(nothing);
  });

  test.each([confirmed, issued])('by another payment than the one that confirmed ($status) is refused', (state) => {
    expect(issue(state, otherPayment)).toMatchObject({ outcome: 'refused' });
  });

  test.each([held, ...over])('what no payment confirmed ($status) is refused', (state) => {
    expect(issue(state, payment)).toMatchObject({ outcome: 'refused', event: null });
  });
});

describe('releasing', () => {
  test('ends a hold', () => {
    expect(release(held, now)).toEqual({ outcome: 'done', event: { kind: 'released' } });
  });

  test('a hold whose time is up expires it', () => {
    expect(release(overdue, now)).toEqual({ outcome: 'done', event: { kind: 'expired' } });
  });

  test.each(over)('what is over ($status) changes nothing', (state) => {
    expect(release(state, now)).toEqual(nothing);
  });

  test('is refused under a running payment and after it', () => {
    expect(release(confirmed, now)).toMatchObject({ outcome: 'refused', code: 'PAYMENT_IN_PROGRESS' });
    expect(release(issued, now)).toMatchObject({ outcome: 'refused', code: 'ALREADY_PAID' });
  });
});

describe('expiring', () => {
  test('ends a hold whose time is up, and no other', () => {
    expect(expire(overdue, now)).toEqual({ outcome: 'done', event: { kind: 'expired' } });
    expect(expire(held, now)).toEqual(nothing);
  });

  test.each([confirmed, issued, ...over])('never touches what has no clock ($status)', (state) => {
    expect(expire(state, new Date('2099-01-01T00:00:00.000Z'))).toEqual(nothing);
  });
});

describe('a state', () => {
  test.each([
    [{ kind: 'confirmed', paymentId: payment, remainingMs: 60_000 }, confirmed],
    [{ kind: 'issued', paymentId: payment }, issued],
    [{ kind: 'cancelled', paymentId: payment }, cancelled],
    [{ kind: 'expired' }, expired],
    [{ kind: 'released' }, released],
  ] as const)('follows from its event %j', (event, state) => {
    expect(evolve(event)).toEqual(state);
  });

  test('claims its seats until it is over', () => {
    expect([held, confirmed, issued].map(({ status }) => claimsSeats(status))).toEqual([true, true, true]);
    expect(over.map(({ status }) => claimsSeats(status))).toEqual([false, false, false]);
  });

  test('is shown as expired as soon as the hold is over', () => {
    expect(asSeenAt(overdue, now)).toEqual(expired);
    expect(asSeenAt(held, now)).toEqual(held);
    expect(asSeenAt(confirmed, inOneMinute)).toEqual(confirmed);
  });
});

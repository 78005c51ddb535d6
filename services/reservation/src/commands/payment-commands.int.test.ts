import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { DataOf } from '@frontrow/contracts/message';
import { paymentCompleted } from '@frontrow/contracts/payment';
import * as messages from '@frontrow/contracts/reservation';
import { newId } from '@frontrow/service-kit/ids';
import { eventually } from '@frontrow/testing/eventually';
import { unissuablePayments } from '../metrics.ts';
import { type Reservations, startReservations, withoutSweeper } from '../testing/start-reservations.ts';

let reservations: Reservations;
beforeAll(async () => {
  reservations = await startReservations({ instances: 2, overrides: withoutSweeper });
});
afterAll(() => reservations?.stop());

type UndoCommand = typeof messages.reopenReservation | typeof messages.cancelReservation;
type Command = typeof messages.confirmReservation | UndoCommand;

/** A buyer with a held seat, and the payment service's view of it. */
const heldSeat = async ({
  policies = {},
}: {
  policies?: { onFailedPayment?: 'cancel'; maxSeatsPerUser?: number };
} = {}) => {
  const userId = `buyer-${newId()}`;
  const performanceId = await reservations.performance({ policies });
  const { body } = await reservations.hold(userId, [{ performanceId, seat: 7 }]);
  const buyer = await reservations.as(userId);
  return {
    userId,
    performanceId,
    reservation: body,
    reservationId: body.id as string,
    row: () => reservations.db('reservations').where({ id: body.id }).first(),
    shown: async () => (await buyer.get(`/v1/reservations/${body.id}`)).body,
    release: () => buyer.delete(`/v1/reservations/${body.id}`),
  };
};
type HeldSeat = Awaited<ReturnType<typeof heldSeat>>;

/** Sends a command and waits for its reply. */
const ask = async <C extends Command>(type: C, data: DataOf<C>, correlationId: string = data.paymentId) => {
  const { id } = await reservations.probe.send('payment', type, data, { correlationId });
  return eventually(() => reservations.probe.seen(type.reply).find(({ causationId }) => causationId === id), {
    what: `the reply to ${type.type}`,
  });
};

const confirm = (held: HeldSeat, paymentId: string, expectedAmountWon: number | null = null) => {
  const { reservationId, userId } = held;
  return ask(messages.confirmReservation, { paymentId, reservationId, userId, expectedAmountWon });
};
const undo = (type: UndoCommand, { reservationId, userId }: HeldSeat, paymentId: string) =>
  ask(type, { paymentId, reservationId, userId });
const complete = ({ reservation, reservationId, userId }: HeldSeat, paymentId: string) =>
  reservations.probe.send('payment', paymentCompleted, {
    paymentId,
    reservationId,
    userId,
    concertId: reservation.concertId,
    amountWon: reservation.amountWon,
    ticketIds: reservation.tickets.map(({ id }: { id: string }) => id),
  });

const eventsOf = ({ reservationId }: HeldSeat) =>
  [
    messages.seatsHeld,
    messages.reservationConfirmed,
    messages.reservationReopened,
    messages.reservationCancelled,
    messages.ticketsIssued,
    messages.holdExpired,
    messages.holdReleased,
  ]
    .flatMap((type) => reservations.probe.seen(type))
    .filter(({ key }) => key === reservationId)
    .map(({ type }) => type.replace(/^frontrow\.reservation\.(.*)\.v1$/, '$1'));

const refused = (code: string) => ({ outcome: 'refused', code });

describe('confirm-reservation', () => {
  test('stops the hold’s clock and answers what the payment needs to know', async () => {
    const held = await heldSeat({ policies: { onFailedPayment: 'cancel' } });
    const paymentId = newId();
    const reply = await confirm(held, paymentId, 88_000);
    expect(reply).toMatchObject({
      key: paymentId,
      correlationId: paymentId,
      source: '/frontrow/reservation',
      data: {
        paymentId,
        outcome: 'done',
        concertId: held.reservation.concertId,
        amountWon: 88_000,
        onFailedPayment: 'cancel',
        tickets: [{ ...held.reservation.tickets[0], status: 'CONFIRMED' }],
      },
    });
    const row = await held.row();
    expect(row).toMatchObject({ status: 'CONFIRMED', payment_id: paymentId, hold_expires_at: null });
    expect(row.queue_token_id).toBe((reply.data as { queueTokenId: string }).queueTokenId);
    expect(row.remaining_ms).toBeGreaterThan(290_000);
    expect(row.remaining_ms).toBeLessThanOrEqual(300_000);
    expect(await held.shown()).toMatchObject({ status: 'CONFIRMED', holdExpiresAt: null });
    await eventually(() => eventsOf(held).includes('reservation-confirmed'));
  });

  test('repeated by its payment gets the same reply, and confirms once', async () => {
    const held = await heldSeat();
    const paymentId = newId();
    const first = await confirm(held, paymentId);
    const second = await confirm(held, paymentId);
    expect(second.data).toEqual(first.data);
    await eventually(() => eventsOf(held).includes('reservation-confirmed'));
    expect(eventsOf(held)).toEqual(['seats-held', 'reservation-confirmed']);
  });

  test('delivered twice by Kafka is handled once', async () => {
    const held = await heldSeat();
    const { reservationId, userId } = held;
    const command = { paymentId: newId(), reservationId, userId, expectedAmountWon: null };
    const envelope = await reservations.probe.send('payment', messages.confirmReservation, command);
    await reservations.probe.resend(envelope);
    // A later command of the same key is handled after both.
    await confirm(held, newId());
    const replies = reservations.probe
      .seen(messages.confirmReservation.reply)
      .filter(({ causationId }) => causationId === envelope.id);
    expect(replies).toHaveLength(1);
  });

  test('by ten payments at once: one confirms, the others are told that a payment runs', async () => {
    const held = await heldSeat();
    const replies = await Promise.all(Array.from({ length: 10 }, () => confirm(held, newId())));
    const outcomes = replies.map(({ data }) => ('code' in data ? data.code : data.outcome));
    expect(outcomes.toSorted()).toEqual([...Array(9).fill('PAYMENT_IN_PROGRESS'), 'done']);
  });

  test('is refused for another amount than the price, and the hold goes on', async () => {
    const held = await heldSeat();
    expect((await confirm(held, newId(), 87_999)).data).toMatchObject(refused('AMOUNT_MISMATCH'));
    expect(await held.shown()).toEqual(held.reservation);
  });

  test('is refused for another user’s reservation and for an unknown one, alike', async () => {
    const held = await heldSeat();
    const stranger = await confirm({ ...held, userId: 'stranger' }, newId());
    const unknown = await confirm({ ...held, reservationId: newId() }, newId());
    expect(stranger.data).toMatchObject(refused('RESERVATION_NOT_FOUND'));
    expect(unknown.data).toMatchObject(refused('RESERVATION_NOT_FOUND'));
    expect(await held.shown()).toEqual(held.reservation);
  });

  test('is refused once the hold’s time is up, and the expiry is carried out at once', async () => {
    const held = await heldSeat();
    await reservations.runOut(held.reservationId);
    expect((await confirm(held, newId())).data).toMatchObject(refused('HOLD_EXPIRED'));
    expect(await held.row()).toMatchObject({ status: 'EXPIRED', hold_expires_at: null });
    expect(await reservations.db('seat_claims').where({ reservation_id: held.reservationId })).toEqual([]);
    await eventually(() => eventsOf(held).includes('hold-expired'));
    expect((await confirm(held, newId())).data).toMatchObject(refused('HOLD_EXPIRED'));
    expect(eventsOf(held)).toEqual(['seats-held', 'hold-expired']);
  });

  test('is refused for a released hold and for one that is paid', async () => {
    const held = await heldSeat();
    await held.release();
    expect((await confirm(held, newId())).data).toMatchObject(refused('HOLD_EXPIRED'));

    const paid = await heldSeat();
    const paymentId = newId();
    await confirm(paid, paymentId);
    await complete(paid, paymentId);
    await eventually(async () => (await paid.row()).status === 'ISSUED');
    expect((await confirm(paid, newId())).data).toMatchObject(refused('ALREADY_PAID'));
  });
});

describe('reopen-reservation', () => {
  test('gives the hold the time that it had left', async () => {
    const held = await heldSeat();
    const paymentId = newId();
    await confirm(held, paymentId);
    // As if the payment had begun with 40 s to go.
    await reservations.db('reservations').where({ id: held.reservationId }).update({ remaining_ms: 40_000 });
    const before = Date.now();
    const { data } = await undo(messages.reopenReservation, held, paymentId);
    const holdExpiresAt = (data as { holdExpiresAt: string }).holdExpiresAt;
    expect(Date.parse(holdExpiresAt) - before).toBeGreaterThanOrEqual(40_000);
    expect(Date.parse(holdExpiresAt) - Date.now()).toBeLessThanOrEqual(40_000);
    expect(await held.shown()).toMatchObject({ status: 'HELD', holdExpiresAt });
    await eventually(() => eventsOf(held).includes('reservation-reopened'));
  });

  test('repeated gets the same reply and does not prolong the hold', async () => {
    const held = await heldSeat();
    const paymentId = newId();
    await confirm(held, paymentId);
    const first = await undo(messages.reopenReservation, held, paymentId);
    const second = await undo(messages.reopenReservation, held, paymentId);
    expect(second.data).toEqual(first.data);
    expect(await held.shown()).toMatchObject({
      holdExpiresAt: (first.data as { holdExpiresAt: string }).holdExpiresAt,
    });
  });

  test('leaves a hold that another payment can confirm, and the same one can’t', async () => {
    const held = await heldSeat();
    const [failed, next] = [newId(), newId()];
    await confirm(held, failed);
    await undo(messages.reopenReservation, held, failed);
    expect((await confirm(held, failed)).data).toMatchObject(refused('PAYMENT_TIMED_OUT'));
    expect((await confirm(held, next)).data).toMatchObject({ outcome: 'done' });
    // A late undo of the first payment does not touch the second one's confirmation.
    expect((await undo(messages.reopenReservation, held, failed)).data).toMatchObject({ holdExpiresAt: null });
    expect(await held.row()).toMatchObject({ status: 'CONFIRMED', payment_id: next });
  });

  test('that finds nothing to reopen leaves a mark that refuses the late confirmation', async () => {
    const held = await heldSeat();
    const paymentId = newId();
    expect((await undo(messages.reopenReservation, held, paymentId)).data).toEqual({
      paymentId,
      outcome: 'done',
      holdExpiresAt: null,
    });
    expect((await confirm(held, paymentId)).data).toMatchObject(refused('PAYMENT_TIMED_OUT'));
    expect(await held.shown()).toEqual(held.reservation);
    expect((await confirm(held, newId())).data).toMatchObject({ outcome: 'done' });
  });

  test('of an unknown reservation is answered, too', async () => {
    const held = await heldSeat();
    const { data } = await undo(messages.reopenReservation, { ...held, reservationId: newId() }, newId());
    expect(data).toMatchObject({ outcome: 'done', holdExpiresAt: null });
  });
});

describe('cancel-reservation', () => {
  test('gives the seats back at once, and keeps the tickets for the buyer’s history', async () => {
    const held = await heldSeat({ policies: { onFailedPayment: 'cancel' } });
    const paymentId = newId();
    await confirm(held, paymentId);
    const { data } = await undo(messages.cancelReservation, held, paymentId);
    expect(data).toEqual({ paymentId, outcome: 'done' });
    expect(await held.shown()).toMatchObject({
      status: 'CANCELLED',
      holdExpiresAt: null,
      tickets: [{ seat: 7, status: 'CANCELLED' }],
    });
    expect((await reservations.hold(held.userId, [{ performanceId: held.performanceId, seat: 7 }])).status).toBe(201);
    await eventually(() => eventsOf(held).includes('reservation-cancelled'));

    await undo(messages.cancelReservation, held, paymentId);
    expect((await confirm(held, paymentId)).data).toMatchObject(refused('PAYMENT_TIMED_OUT'));
    expect(await reservations.db('seat_quotas').where({ user_id: held.userId })).toMatchObject([{ seats: 1 }]);
    expect(eventsOf(held)).toEqual(['seats-held', 'reservation-confirmed', 'reservation-cancelled']);
  });

  test('that finds nothing to cancel leaves the hold and a mark', async () => {
    const held = await heldSeat();
    const paymentId = newId();
    await undo(messages.cancelReservation, held, paymentId);
    expect(await held.shown()).toEqual(held.reservation);
    expect((await confirm(held, paymentId)).data).toMatchObject(refused('PAYMENT_TIMED_OUT'));
  });
});

describe('payment-completed', () => {
  test('issues the tickets, once', async () => {
    const held = await heldSeat();
    const paymentId = newId();
    await confirm(held, paymentId);
    const completed = await complete(held, paymentId);
    await reservations.probe.resend(completed);
    await complete(held, paymentId);
    const [issued] = await eventually(() => {
      const seen = reservations.probe.seen(messages.ticketsIssued).filter(({ key }) => key === held.reservationId);
      return seen.length > 0 && seen;
    });
    expect(issued?.data).toMatchObject({
      paymentId,
      userId: held.userId,
      seats: [{ performanceId: held.performanceId, seat: 7 }],
      ticketIds: held.reservation.tickets.map(({ id }: { id: string }) => id),
    });
    expect(await held.shown()).toMatchObject({ status: 'ISSUED', tickets: [{ status: 'ISSUED' }] });
    // An undo that comes too late takes no ticket away.
    await undo(messages.reopenReservation, held, paymentId);
    await undo(messages.cancelReservation, held, paymentId);
    expect(eventsOf(held)).toEqual(['seats-held', 'reservation-confirmed', 'tickets-issued']);
    expect((await held.row()).status).toBe('ISSUED');
  });

  test('of a payment that has not confirmed the reservation issues nothing, and is counted', async () => {
    const count = async () => (await unissuablePayments.get()).values[0]?.value ?? 0;
    const held = await heldSeat();
    await confirm(held, newId());
    const before = await count();
    await complete(held, newId());
    await eventually(async () => (await count()) === before + 1);
    expect((await held.row()).status).toBe('CONFIRMED');
  });
});

describe('a buyer who gives the seats back', () => {
  test('is told that a payment runs, or that it is paid', async () => {
    const held = await heldSeat();
    const paymentId = newId();
    await confirm(held, paymentId);
    expect(await held.release()).toMatchObject({ status: 409, body: { code: 'PAYMENT_IN_PROGRESS' } });
    await complete(held, paymentId);
    await eventually(async () => (await held.row()).status === 'ISSUED');
    expect(await held.release()).toMatchObject({ status: 409, body: { code: 'ALREADY_PAID' } });
    expect(await reservations.db('seat_claims').where({ reservation_id: held.reservationId })).toHaveLength(1);
  });
});

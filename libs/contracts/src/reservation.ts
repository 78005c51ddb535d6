import { z } from 'zod';
import { Policies } from './concert.ts';
import { examples } from './examples.ts';
import { defineCommand, defineEvent, defineReply } from './message.ts';
import { Id, Instant, PageQuery, page, SeatNumber, text, UserId, Won } from './primitives.ts';
import { QueueTokenId } from './queue.ts';
import { defineRoute } from './route.ts';

export const ReservationStatus = z.enum(['HELD', 'CONFIRMED', 'ISSUED', 'EXPIRED', 'RELEASED', 'CANCELLED']).meta({
  description:
    'HELD until holdExpiresAt; CONFIRMED while a payment runs; ISSUED once paid; EXPIRED, RELEASED by the ' +
    'buyer or CANCELLED after a failed payment: the seats are free again',
});

export const Ticket = z.object({
  id: Id,
  concertName: z.string(),
  performanceId: Id,
  performanceName: z.string(),
  performAt: Instant,
  seat: SeatNumber,
  priceWon: Won,
  reserverName: z.string().nullable(),
  status: ReservationStatus,
});

export const Reservation = z.object({
  id: Id,
  status: ReservationStatus,
  concertId: Id,
  holdExpiresAt: Instant.nullable().meta({ description: 'null when the hold has no clock: confirmed, issued or over' }),
  amountWon: Won,
  createdAt: Instant,
  tickets: z.array(Ticket),
});

const ticketExample = {
  id: examples.ticketId,
  concertName: 'Winter Night',
  performanceId: examples.performanceId,
  performanceName: 'Christmas Eve',
  performAt: examples.performAt,
  seat: 17,
  priceWon: 88_000,
  reserverName: '김미나',
  status: 'HELD' as const,
};
export const reservationExample = {
  id: examples.reservationId,
  status: 'HELD' as const,
  concertId: examples.concertId,
  holdExpiresAt: examples.later,
  amountWon: 88_000,
  createdAt: examples.instant,
  tickets: [ticketExample],
};

const reservationRef = {
  reservationId: Id,
  userId: UserId,
  concertId: Id,
  queueTokenId: QueueTokenId,
  seats: z.array(z.object({ performanceId: Id, seat: SeatNumber })).min(1),
};
const refExample = {
  reservationId: examples.reservationId,
  userId: examples.userId,
  concertId: examples.concertId,
  queueTokenId: examples.queueTokenId,
  seats: [{ performanceId: examples.performanceId, seat: 17 }],
};
const key = (data: { reservationId: string }) => data.reservationId;

export const seatsHeld = defineEvent({
  type: 'frontrow.reservation.seats-held.v1',
  topic: 'reservation.events',
  summary: 'Seats are held for a buyer until `holdExpiresAt`.',
  key,
  data: z.object({
    ...reservationRef,
    holdExpiresAt: Instant,
    amountWon: Won,
    expireTokenOn: Policies.shape.expireTokenOn.unwrap(),
  }),
  example: { ...refExample, holdExpiresAt: examples.later, amountWon: 88_000, expireTokenOn: 'payment' },
});

export const holdExpired = defineEvent({
  type: 'frontrow.reservation.hold-expired.v1',
  topic: 'reservation.events',
  summary: 'The hold ran out unpaid; the seats are free.',
  key,
  data: z.object(reservationRef),
  example: refExample,
});

export const holdReleased = defineEvent({
  type: 'frontrow.reservation.hold-released.v1',
  topic: 'reservation.events',
  summary: 'The buyer gave the seats back.',
  key,
  data: z.object(reservationRef),
  example: refExample,
});

export const reservationConfirmed = defineEvent({
  type: 'frontrow.reservation.reservation-confirmed.v1',
  topic: 'reservation.events',
  summary: 'A payment runs: the hold has no clock any more.',
  key,
  data: z.object({ ...reservationRef, paymentId: Id }),
  example: { ...refExample, paymentId: examples.paymentId },
});

export const reservationReopened = defineEvent({
  type: 'frontrow.reservation.reservation-reopened.v1',
  topic: 'reservation.events',
  summary: 'The payment failed: the hold goes on with the time it had left.',
  key,
  data: z.object({ ...reservationRef, paymentId: Id, holdExpiresAt: Instant }),
  example: { ...refExample, paymentId: examples.paymentId, holdExpiresAt: examples.later },
});

export const reservationCancelled = defineEvent({
  type: 'frontrow.reservation.reservation-cancelled.v1',
  topic: 'reservation.events',
  summary: 'The payment failed and the policy cancels: the seats are free.',
  key,
  data: z.object({ ...reservationRef, paymentId: Id }),
  example: { ...refExample, paymentId: examples.paymentId },
});

export const ticketsIssued = defineEvent({
  type: 'frontrow.reservation.tickets-issued.v1',
  topic: 'reservation.events',
  summary: 'The payment completed: the seats are the buyer’s.',
  key,
  data: z.object({ ...reservationRef, paymentId: Id, ticketIds: z.array(Id).min(1) }),
  example: { ...refExample, paymentId: examples.paymentId, ticketIds: [examples.ticketId] },
});

export const confirmReservation = defineCommand({
  type: 'frontrow.reservation.confirm-reservation.v1',
  topic: 'reservation.commands',
  summary: 'A payment starts: stop the clock of the hold and say what it costs.',
  key,
  data: z.object({
    paymentId: Id,
    reservationId: Id,
    userId: UserId,
    expectedAmountWon: Won.nullable().meta({ description: 'the sum of `payments`, refused if it is not the price' }),
  }),
  example: {
    paymentId: examples.paymentId,
    reservationId: examples.reservationId,
    userId: examples.userId,
    expectedAmountWon: null,
  },
  reply: defineReply({
    type: 'frontrow.reservation.confirm-reservation-reply.v1',
    topic: 'payment.replies',
    summary: 'Confirmed, with what the payment needs to know, or refused.',
    key: (data) => data.paymentId,
    data: z.discriminatedUnion('outcome', [
      z.object({
        paymentId: Id,
        outcome: z.literal('done'),
        concertId: Id,
        queueTokenId: QueueTokenId,
        amountWon: Won,
        onFailedPayment: Policies.shape.onFailedPayment.unwrap(),
        tickets: z.array(Ticket).min(1),
      }),
      z.object({
        paymentId: Id,
        outcome: z.literal('refused'),
        code: z.enum([
          'RESERVATION_NOT_FOUND',
          'HOLD_EXPIRED',
          'ALREADY_PAID',
          'PAYMENT_IN_PROGRESS',
          'AMOUNT_MISMATCH',
          'PAYMENT_TIMED_OUT',
        ]),
      }),
    ]),
    example: {
      paymentId: examples.paymentId,
      outcome: 'done',
      concertId: examples.concertId,
      queueTokenId: examples.queueTokenId,
      amountWon: 88_000,
      onFailedPayment: 'keep',
      tickets: [ticketExample],
    },
  }),
});

const undoData = z.object({ paymentId: Id, reservationId: Id, userId: UserId });
const undoExample = {
  paymentId: examples.paymentId,
  reservationId: examples.reservationId,
  userId: examples.userId,
};

export const reopenReservation = defineCommand({
  type: 'frontrow.reservation.reopen-reservation.v1',
  topic: 'reservation.commands',
  summary: 'The payment failed: run the clock of the hold again. Before its confirmation, it refuses that.',
  key,
  data: undoData,
  example: undoExample,
  reply: defineReply({
    type: 'frontrow.reservation.reopen-reservation-reply.v1',
    topic: 'payment.replies',
    summary: 'This payment confirms nothing now; `holdExpiresAt` is null when there was nothing to reopen.',
    key: (data) => data.paymentId,
    data: z.object({ paymentId: Id, outcome: z.literal('done'), holdExpiresAt: Instant.nullable() }),
    example: { paymentId: examples.paymentId, outcome: 'done', holdExpiresAt: examples.later },
  }),
});

export const cancelReservation = defineCommand({
  type: 'frontrow.reservation.cancel-reservation.v1',
  topic: 'reservation.commands',
  summary: 'The payment failed and the policy cancels: give the seats back.',
  key,
  data: undoData,
  example: undoExample,
  reply: defineReply({
    type: 'frontrow.reservation.cancel-reservation-reply.v1',
    topic: 'payment.replies',
    summary: 'This payment confirms nothing now, and the seats are free.',
    key: (data) => data.paymentId,
    data: z.object({ paymentId: Id, outcome: z.literal('done') }),
    example: { paymentId: examples.paymentId, outcome: 'done' },
  }),
});

const ReservationParams = z.object({ reservationId: Id });

export const reservationRoutes = {
  holdSeats: defineRoute({
    id: 'holdSeats',
    service: 'reservation',
    method: 'post',
    path: '/v1/reservations',
    summary: 'Hold seats',
    description: 'All of them or none, for the time the concert’s policy gives (five minutes).',
    access: 'user',
    queueToken: 'required',
    idempotencyKey: 'required',
    body: z.strictObject({
      seats: z
        .array(z.strictObject({ performanceId: Id, seat: SeatNumber, reserverName: text(100).nullish() }))
        .min(1)
        .max(100),
    }),
    bodyExample: { seats: [{ performanceId: examples.performanceId, seat: 17, reserverName: '김미나' }] },
    answers: { 201: { description: 'Held', body: Reservation, example: reservationExample } },
    errors: [
      'UNAUTHENTICATED',
      'IDEMPOTENCY_KEY_REQUIRED',
      'IDEMPOTENCY_KEY_REUSED',
      'INVALID_TOKEN',
      'NOT_YOUR_TURN',
      'PERFORMANCE_NOT_FOUND',
      'SEAT_NOT_FOUND',
      'ALREADY_TAKEN',
      'SEAT_LIMIT_EXCEEDED',
      'PERFORMANCE_STARTED',
      'OUT_OF_BUDGET',
    ],
  }),
  listReservations: defineRoute({
    id: 'listReservations',
    service: 'reservation',
    method: 'get',
    path: '/v1/reservations',
    summary: 'Your reservations, newest first',
    access: 'user',
    query: PageQuery,
    answers: {
      200: { description: 'A page', body: page(Reservation), example: { items: [reservationExample], next: null } },
    },
    errors: ['UNAUTHENTICATED'],
  }),
  getReservation: defineRoute({
    id: 'getReservation',
    service: 'reservation',
    method: 'get',
    path: '/v1/reservations/{reservationId}',
    summary: 'One of your reservations',
    access: 'user',
    params: ReservationParams,
    answers: { 200: { description: 'The reservation', body: Reservation, example: reservationExample } },
    errors: ['UNAUTHENTICATED', 'RESERVATION_NOT_FOUND'],
  }),
  releaseHold: defineRoute({
    id: 'releaseHold',
    service: 'reservation',
    method: 'delete',
    path: '/v1/reservations/{reservationId}',
    summary: 'Give the seats back',
    description: 'At once. Repeating it, or giving back a hold that has expired, answers 204 too.',
    access: 'user',
    params: ReservationParams,
    answers: { 204: { description: 'The seats are free' } },
    errors: ['UNAUTHENTICATED', 'RESERVATION_NOT_FOUND', 'PAYMENT_IN_PROGRESS', 'ALREADY_PAID'],
  }),
};

import { z } from 'zod';
import { type ErrorCode, errors } from './errors.ts';
import { examples } from './examples.ts';
import { defineEvent } from './message.ts';
import { Id, Instant, PageQuery, page, UserId, Won } from './primitives.ts';
import { reservationExample, Ticket } from './reservation.ts';
import { defineRoute } from './route.ts';

const FailureCode = z.enum(Object.keys(errors) as [ErrorCode, ...ErrorCode[]]);

const paymentRef = { paymentId: Id, reservationId: Id, userId: UserId };
const refExample = {
  paymentId: examples.paymentId,
  reservationId: examples.reservationId,
  userId: examples.userId,
};
const key = (data: { paymentId: string }) => data.paymentId;

export const paymentRequested = defineEvent({
  type: 'frontrow.payment.payment-requested.v1',
  topic: 'payment.events',
  summary: 'A buyer asked to pay a reservation; the saga has begun.',
  key,
  data: z.object(paymentRef),
  example: refExample,
});

export const paymentCompleted = defineEvent({
  type: 'frontrow.payment.payment-completed.v1',
  topic: 'payment.events',
  summary: 'The saga ended well: points are debited and the seats are the buyer’s.',
  key,
  data: z.object({ ...paymentRef, concertId: Id, amountWon: Won, ticketIds: z.array(Id).min(1) }),
  example: { ...refExample, concertId: examples.concertId, amountWon: 88_000, ticketIds: [examples.ticketId] },
});

export const paymentFailed = defineEvent({
  type: 'frontrow.payment.payment-failed.v1',
  topic: 'payment.events',
  summary: 'The saga was undone: no debit and no confirmed seat is left of it.',
  key,
  data: z.object({ ...paymentRef, code: FailureCode }),
  example: { ...refExample, code: 'OUT_OF_BUDGET' },
});

export const PaymentPart = z.strictObject({ method: z.enum(['POINT']), amountWon: Won });

export const Payment = z.object({
  id: Id,
  status: z.enum(['PENDING', 'COMPLETED', 'FAILED']),
  code: FailureCode.optional().meta({ description: 'why it failed' }),
  reservationId: Id,
  amountWon: Won.nullable().meta({ description: 'null until the reservation has said its price' }),
  payments: z.array(PaymentPart),
  balanceWon: Won.nullable().meta({ description: 'points left after the payment; null while unknown' }),
  holdExpiresAt: Instant.nullable().meta({ description: 'of the hold that a failed payment reopened' }),
  tickets: z.array(Ticket),
  createdAt: Instant,
  endedAt: Instant.nullable(),
});

const paymentExample = {
  id: examples.paymentId,
  status: 'COMPLETED' as const,
  reservationId: examples.reservationId,
  amountWon: 88_000,
  payments: [{ method: 'POINT' as const, amountWon: 88_000 }],
  balanceWon: 12_000,
  holdExpiresAt: null,
  tickets: reservationExample.tickets.map((ticket) => ({ ...ticket, status: 'ISSUED' as const })),
  createdAt: examples.instant,
  endedAt: examples.instant,
};

export const TimelineEntry = z.object({
  at: Instant,
  kind: z.enum([
    'STARTED',
    'COMMAND',
    'REPLY',
    'REFUSAL',
    'DEADLINE',
    'COMPENSATION',
    'COMPENSATED',
    'IGNORED',
    'RETRIED',
    'COMPLETED',
    'FAILED',
  ]),
  step: z.string().nullable().meta({ description: 'the step of the saga, as its command is called' }),
  messageId: z.string().nullable(),
  detail: z.string().nullable(),
});

const PaymentParams = z.object({ paymentId: Id });
const paymentAnswer = (description: string) => ({ description, body: Payment, example: paymentExample });

export const paymentRoutes = {
  pay: defineRoute({
    id: 'pay',
    service: 'payment',
    method: 'post',
    path: '/v1/payments',
    summary: 'Pay a reservation with points',
    description:
      'Waits for the saga’s end, 3 s unless `Prefer: wait=N` says otherwise. A declined payment answers 201 with ' +
      'status FAILED, its code, and when the reopened hold ends.',
    access: 'user',
    idempotencyKey: 'required',
    body: z.strictObject({ reservationId: Id, payments: z.array(PaymentPart).min(1).max(10).optional() }),
    bodyExample: { reservationId: examples.reservationId },
    answers: {
      201: paymentAnswer('The saga has ended: COMPLETED or FAILED'),
      202: {
        ...paymentAnswer('Still running; look at `Location`'),
        example: { ...paymentExample, status: 'PENDING', balanceWon: null, endedAt: null },
        headers: { Location: 'the payment', 'Retry-After': 'seconds' },
      },
    },
    errors: [
      'UNAUTHENTICATED',
      'IDEMPOTENCY_KEY_REQUIRED',
      'IDEMPOTENCY_KEY_REUSED',
      'RESERVATION_NOT_FOUND',
      'HOLD_EXPIRED',
      'ALREADY_PAID',
      'PAYMENT_IN_PROGRESS',
      'AMOUNT_MISMATCH',
    ],
  }),
  listPayments: defineRoute({
    id: 'listPayments',
    service: 'payment',
    method: 'get',
    path: '/v1/payments',
    summary: 'Your payments, newest first',
    access: 'user',
    query: PageQuery,
    answers: { 200: { description: 'A page', body: page(Payment), example: { items: [paymentExample], next: null } } },
    errors: ['UNAUTHENTICATED'],
  }),
  getPayment: defineRoute({
    id: 'getPayment',
    service: 'payment',
    method: 'get',
    path: '/v1/payments/{paymentId}',
    summary: 'One of your payments',
    access: 'user',
    params: PaymentParams,
    answers: { 200: paymentAnswer('The payment') },
    errors: ['UNAUTHENTICATED', 'PAYMENT_NOT_FOUND'],
  }),
  getTimeline: defineRoute({
    id: 'getTimeline',
    service: 'payment',
    method: 'get',
    path: '/v1/payments/{paymentId}/timeline',
    summary: 'Every command, reply and compensation of a payment, in order',
    description: 'Yours, or anyone’s for an operator.',
    access: 'user',
    params: PaymentParams,
    answers: {
      200: {
        description: 'In order',
        body: z.object({ items: z.array(TimelineEntry) }),
        example: {
          items: [
            { at: examples.instant, kind: 'STARTED', step: null, messageId: null, detail: null },
            {
              at: examples.instant,
              kind: 'COMMAND',
              step: 'confirm-reservation',
              messageId: examples.messageId,
              detail: null,
            },
          ],
        },
      },
    },
    errors: ['UNAUTHENTICATED', 'PAYMENT_NOT_FOUND'],
  }),
};

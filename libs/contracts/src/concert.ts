import { z } from 'zod';
import { examples } from './examples.ts';
import { defineEvent } from './message.ts';
import { Id, Instant, InstantInput, PageQuery, page, SeatNumber, text, Won } from './primitives.ts';
import { defineRoute } from './route.ts';

/** What a concert's organiser decides; the defaults are the seeds' rules. */
export const Policies = z.object({
  maxSeatsPerUser: z.int().min(1).max(100).default(1),
  holdSeconds: z.int().min(1).max(86_400).default(300),
  onFailedPayment: z.enum(['keep', 'cancel']).default('keep'),
  expireTokenOn: z.enum(['payment', 'hold']).default('payment'),
  requireBalanceAtHold: z.boolean().default(false),
});
export type Policies = z.output<typeof Policies>;

const policiesExample = {
  maxSeatsPerUser: 1,
  holdSeconds: 300,
  onFailedPayment: 'keep' as const,
  expireTokenOn: 'payment' as const,
  requireBalanceAtHold: false,
};

export const concertAnnounced = defineEvent({
  type: 'frontrow.concert.concert-announced.v1',
  topic: 'concert.events',
  summary: 'A concert exists, with its policies.',
  key: (data) => data.concertId,
  data: z.object({
    concertId: Id,
    name: text(200),
    artist: text(200),
    policies: Policies,
    announcedAt: Instant,
  }),
  example: {
    concertId: examples.concertId,
    name: 'Winter Night',
    artist: 'The Frontrow Band',
    policies: policiesExample,
    announcedAt: examples.instant,
  },
});

export const performanceScheduled = defineEvent({
  type: 'frontrow.concert.performance-scheduled.v1',
  topic: 'concert.events',
  summary: 'A concert is performed at a time, with so many seats at a price.',
  key: (data) => data.performanceId,
  data: z.object({
    performanceId: Id,
    concertId: Id,
    concertName: text(200),
    name: text(200),
    performAt: Instant,
    priceWon: Won,
    totalSeats: SeatNumber,
    policies: Policies,
  }),
  example: {
    performanceId: examples.performanceId,
    concertId: examples.concertId,
    concertName: 'Winter Night',
    name: 'Christmas Eve',
    performAt: examples.performAt,
    priceWon: 88_000,
    totalSeats: 50,
    policies: policiesExample,
  },
});

export const Concert = z.object({
  id: Id,
  name: z.string(),
  artist: z.string(),
  policies: Policies,
  announcedAt: Instant,
});
export const Performance = z.object({
  id: Id,
  concertId: Id,
  name: z.string(),
  performAt: Instant,
  priceWon: Won,
  totalSeats: SeatNumber,
  availableSeats: z.int().min(0),
});
export const SeatMap = z.object({
  performanceId: Id,
  performAt: Instant,
  totalSeats: SeatNumber,
  available: z.array(SeatNumber).meta({ description: 'free seats, ascending' }),
});

const concertExample = {
  id: examples.concertId,
  name: 'Winter Night',
  artist: 'The Frontrow Band',
  policies: policiesExample,
  announcedAt: examples.instant,
};
const performanceExample = {
  id: examples.performanceId,
  concertId: examples.concertId,
  name: 'Christmas Eve',
  performAt: examples.performAt,
  priceWon: 88_000,
  totalSeats: 50,
  availableSeats: 49,
};
const seatMapExample = {
  performanceId: examples.performanceId,
  performAt: examples.performAt,
  totalSeats: 50,
  available: [1, 2, 3, 5],
};

const ConcertParams = z.object({ concertId: Id });
const PerformanceParams = z.object({ performanceId: Id });

export const concertRoutes = {
  listConcerts: defineRoute({
    id: 'listConcerts',
    service: 'concert',
    method: 'get',
    path: '/v1/concerts',
    summary: 'Concerts, newest first',
    access: 'public',
    query: PageQuery,
    answers: {
      200: { description: 'A page', body: page(Concert), example: { items: [concertExample], next: null } },
    },
    errors: [],
  }),
  getConcert: defineRoute({
    id: 'getConcert',
    service: 'concert',
    method: 'get',
    path: '/v1/concerts/{concertId}',
    summary: 'One concert',
    access: 'public',
    params: ConcertParams,
    answers: { 200: { description: 'The concert', body: Concert, example: concertExample } },
    errors: ['CONCERT_NOT_FOUND'],
  }),
  listPerformances: defineRoute({
    id: 'listPerformances',
    service: 'concert',
    method: 'get',
    path: '/v1/concerts/{concertId}/performances',
    summary: 'The dates of a concert',
    description: 'Dates are days in Korea (Asia/Seoul).',
    access: 'public',
    params: ConcertParams,
    query: z.object({
      date: z.iso.date().optional().meta({ description: 'only this day, e.g. 2026-12-24' }),
      available: z
        .enum(['true', 'false'])
        .optional()
        .meta({ description: 'true: only performances to come that have a free seat' }),
    }),
    answers: {
      200: {
        description: 'By time',
        body: z.object({ items: z.array(Performance) }),
        example: { items: [performanceExample] },
      },
    },
    errors: ['CONCERT_NOT_FOUND'],
  }),
  getSeats: defineRoute({
    id: 'getSeats',
    service: 'concert',
    method: 'get',
    path: '/v1/performances/{performanceId}/seats',
    summary: 'The seat map',
    description: 'Needs a pass (`Queue-Token`) and its access token unless the waiting room of the concert is off.',
    access: 'public',
    queueToken: 'optional',
    params: PerformanceParams,
    answers: {
      200: {
        description: 'Free seats',
        body: SeatMap,
        example: seatMapExample,
        headers: { ETag: 'changes when a seat does' },
      },
      304: { description: 'Nothing changed since `If-None-Match`' },
    },
    errors: ['UNAUTHENTICATED', 'INVALID_TOKEN', 'NOT_YOUR_TURN', 'PERFORMANCE_NOT_FOUND'],
  }),
  announceConcert: defineRoute({
    id: 'announceConcert',
    service: 'concert',
    method: 'post',
    path: '/v1/concerts',
    summary: 'Announce a concert',
    access: 'operator',
    idempotencyKey: 'optional',
    body: z.strictObject({
      name: text(200),
      artist: text(200),
      policies: Policies.strict().prefault({}),
    }),
    bodyExample: { name: 'Winter Night', artist: 'The Frontrow Band' },
    answers: { 201: { description: 'Announced', body: Concert, example: concertExample } },
    errors: ['UNAUTHENTICATED', 'FORBIDDEN', 'IDEMPOTENCY_KEY_REUSED'],
  }),
  schedulePerformance: defineRoute({
    id: 'schedulePerformance',
    service: 'concert',
    method: 'post',
    path: '/v1/concerts/{concertId}/performances',
    summary: 'Schedule a performance',
    access: 'operator',
    idempotencyKey: 'optional',
    params: ConcertParams,
    body: z.strictObject({
      name: text(200),
      performAt: InstantInput,
      priceWon: Won.max(100_000_000),
      seats: z.int().min(1).max(50_000).default(50),
    }),
    bodyExample: { name: 'Christmas Eve', performAt: examples.performAt, priceWon: 88_000 },
    answers: { 201: { description: 'Scheduled', body: Performance, example: performanceExample } },
    errors: ['UNAUTHENTICATED', 'FORBIDDEN', 'CONCERT_NOT_FOUND', 'IDEMPOTENCY_KEY_REUSED'],
  }),
};

import { z } from 'zod';
import { examples } from './examples.ts';
import { defineCommand, defineEvent, defineReply } from './message.ts';
import { Id, Instant, UserId } from './primitives.ts';
import { defineRoute } from './route.ts';

/** Id of a place in line: the `jti` of the waiting ticket and of every pass made from it. */
export const QueueTokenId = z.string().min(1).max(200).meta({ description: 'id of a place in line' });

export const RoomMode = z.enum(['open', 'hold', 'drain', 'off']).meta({
  description:
    'open: people join and are admitted; hold: they join, nobody is admitted; drain: nobody joins, the line ' +
    'is admitted; off: no waiting, everyone who asks gets a pass',
});

const tokenRef = { tokenId: QueueTokenId, concertId: Id, userId: UserId, number: z.int().min(1) };
const tokenExample = {
  tokenId: examples.queueTokenId,
  concertId: examples.concertId,
  userId: examples.userId,
  number: 4182,
};

export const tokenIssued = defineEvent({
  type: 'frontrow.queue.token-issued.v1',
  topic: 'queue.events',
  summary: 'Somebody joined the line of a concert and got a number.',
  key: (data) => data.tokenId,
  data: z.object({ ...tokenRef, issuedAt: Instant }),
  example: { ...tokenExample, issuedAt: examples.instant },
});

export const tokenActivated = defineEvent({
  type: 'frontrow.queue.token-activated.v1',
  topic: 'queue.events',
  summary: 'A turn came: the place in line became a slot, which may be used until `slotExpiresAt`.',
  key: (data) => data.tokenId,
  data: z.object({ ...tokenRef, activatedAt: Instant, slotExpiresAt: Instant }),
  example: { ...tokenExample, activatedAt: examples.instant, slotExpiresAt: examples.later },
});

export const tokenExpired = defineEvent({
  type: 'frontrow.queue.token-expired.v1',
  topic: 'queue.events',
  summary:
    'The place in line or the slot is over. Passes made from it are spent, though their signature may still ' +
    'be good until `passesExpireAt`.',
  key: (data) => data.tokenId,
  data: z.object({
    ...tokenRef,
    reason: z.enum(['paid', 'held', 'left', 'unclaimed', 'expired', 'removed']),
    expiredAt: Instant,
    passesExpireAt: Instant,
  }),
  example: { ...tokenExample, reason: 'paid', expiredAt: examples.instant, passesExpireAt: examples.later },
});

export const roomChanged = defineEvent({
  type: 'frontrow.queue.room-changed.v1',
  topic: 'queue.events',
  summary: 'An operator changed how the waiting room of a concert works.',
  key: (data) => data.concertId,
  data: z.object({
    concertId: Id,
    mode: RoomMode,
    capacity: z.int().min(0),
    passSeconds: z.int().min(1),
    claimSeconds: z.int().min(1),
    changedBy: UserId,
    changedAt: Instant,
  }),
  example: {
    concertId: examples.concertId,
    mode: 'open',
    capacity: 500,
    passSeconds: 600,
    claimSeconds: 60,
    changedBy: 'operator-kim',
    changedAt: examples.instant,
  },
});

export const expireToken = defineCommand({
  type: 'frontrow.queue.expire-token.v1',
  topic: 'queue.commands',
  summary: 'The buyer has paid: end their slot. Repeating it changes nothing.',
  key: (data) => data.tokenId,
  data: z.object({ paymentId: Id, tokenId: QueueTokenId, concertId: Id, userId: UserId }),
  example: {
    paymentId: examples.paymentId,
    tokenId: examples.queueTokenId,
    concertId: examples.concertId,
    userId: examples.userId,
  },
  reply: defineReply({
    type: 'frontrow.queue.expire-token-reply.v1',
    topic: 'payment.replies',
    summary: 'The slot is over, whether this command ended it or it had ended before.',
    key: (data) => data.paymentId,
    data: z.object({ paymentId: Id, outcome: z.literal('done') }),
    example: { paymentId: examples.paymentId, outcome: 'done' },
  }),
});

export const QueueToken = z.object({
  token: z.string().meta({ description: 'keep the newest one you were given' }),
  status: z.enum(['WAITING', 'ACTIVE']),
  concertId: Id,
  number: z.int().meta({ description: 'strictly growing in the order of joining' }),
  ahead: z.int().min(0).meta({ description: 'people before you, exact; 0 once ACTIVE' }),
  estimatedWaitSeconds: z.int().min(0).nullable().meta({ description: 'from measured departures; null while unknown' }),
  pollAfterSeconds: z.int().min(0),
  expiresAt: Instant.meta({ description: 'of this token; ask again before' }),
});
const queueTokenExample = {
  token: 'eyJhbGciOiJFZERTQSJ9.…',
  status: 'WAITING',
  concertId: examples.concertId,
  number: 4182,
  ahead: 812,
  estimatedWaitSeconds: 95,
  pollAfterSeconds: 8,
  expiresAt: examples.later,
};

export const Room = z.object({
  mode: RoomMode,
  capacity: z.int().min(0),
  passSeconds: z.int(),
  claimSeconds: z.int(),
  active: z.int().min(0),
  waiting: z.int().min(0),
});
const roomExample = { mode: 'open', capacity: 500, passSeconds: 600, claimSeconds: 60, active: 500, waiting: 812 };

/** Fields left out of a PUT keep their value. */
export const RoomChange = z.strictObject({
  mode: RoomMode.optional(),
  capacity: z.int().min(0).max(1_000_000).optional(),
  passSeconds: z.int().min(1).max(86_400).optional(),
  claimSeconds: z.int().min(1).max(3_600).optional(),
});

const ConcertParams = z.object({ concertId: Id });

export const queueRoutes = {
  joinQueue: defineRoute({
    id: 'joinQueue',
    service: 'queue',
    method: 'post',
    path: '/v1/queue/tokens',
    summary: 'Join the line of a concert',
    description: 'One live token per user and concert: asking again answers 200 with the place you have.',
    access: 'user',
    body: z.strictObject({ concertId: Id }),
    bodyExample: { concertId: examples.concertId },
    answers: {
      201: { description: 'A new place in line, or a pass at once', body: QueueToken, example: queueTokenExample },
      200: { description: 'You have a place already', body: QueueToken, example: queueTokenExample },
    },
    errors: ['UNAUTHENTICATED', 'CONCERT_NOT_FOUND', 'QUEUE_CLOSED'],
  }),
  pollQueue: defineRoute({
    id: 'pollQueue',
    service: 'queue',
    method: 'get',
    path: '/v1/queue/tokens/me',
    summary: 'Your place in line, or your pass',
    description: 'Ask again after `pollAfterSeconds`, which `Retry-After` repeats.',
    access: 'user',
    queueToken: 'required',
    answers: {
      200: {
        description: 'Where you are',
        body: QueueToken,
        example: queueTokenExample,
        headers: { ETag: 'changes when the answer does', 'Retry-After': 'seconds until it is worth asking again' },
      },
      304: { description: 'Nothing changed since `If-None-Match`' },
    },
    errors: ['UNAUTHENTICATED', 'INVALID_TOKEN'],
  }),
  leaveQueue: defineRoute({
    id: 'leaveQueue',
    service: 'queue',
    method: 'delete',
    path: '/v1/queue/tokens/me',
    summary: 'Leave the line, or give the pass back',
    access: 'user',
    queueToken: 'required',
    answers: { 204: { description: 'Done' } },
    errors: ['UNAUTHENTICATED', 'INVALID_TOKEN'],
  }),
  getRoom: defineRoute({
    id: 'getRoom',
    service: 'queue',
    method: 'get',
    path: '/v1/queue/concerts/{concertId}',
    summary: 'The waiting room of a concert',
    access: 'operator',
    params: ConcertParams,
    answers: { 200: { description: 'Settings and counts', body: Room, example: roomExample } },
    errors: ['UNAUTHENTICATED', 'FORBIDDEN', 'CONCERT_NOT_FOUND'],
  }),
  changeRoom: defineRoute({
    id: 'changeRoom',
    service: 'queue',
    method: 'put',
    path: '/v1/queue/concerts/{concertId}',
    summary: 'Steer the waiting room of a concert',
    access: 'operator',
    params: ConcertParams,
    body: RoomChange,
    bodyExample: { mode: 'open', capacity: 500 },
    answers: { 200: { description: 'Settings and counts after the change', body: Room, example: roomExample } },
    errors: ['UNAUTHENTICATED', 'FORBIDDEN', 'CONCERT_NOT_FOUND'],
  }),
};

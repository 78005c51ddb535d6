import { z } from 'zod';
import { examples } from './examples.ts';
import { defineCommand, defineEvent, defineReply } from './message.ts';
import { Id, Instant, PageQuery, page, UserId, Won } from './primitives.ts';
import { defineRoute } from './route.ts';

/** What one wallet may hold; keeps every sum far below 2^53. */
export const MAX_BALANCE_WON = 1_000_000_000_000;
export const MIN_CHARGE_WON = 10;
export const MAX_CHARGE_WON = 100_000_000;

const entry = {
  userId: UserId,
  entryId: Id,
  /** Position of the entry in its wallet's ledger, from 1: a later entry has a greater number. */
  entryNumber: z.int().min(1),
  amountWon: Won,
  balanceWon: Won,
};
const entryExample = {
  userId: examples.userId,
  entryId: examples.entryId,
  entryNumber: 1,
  amountWon: 100_000,
  balanceWon: 100_000,
};
const key = (data: { userId: string }) => data.userId;

export const pointsCharged = defineEvent({
  type: 'frontrow.wallet.points-charged.v1',
  topic: 'wallet.events',
  summary: 'Points were charged to a wallet.',
  key,
  data: z.object(entry),
  example: entryExample,
});

export const pointsDebited = defineEvent({
  type: 'frontrow.wallet.points-debited.v1',
  topic: 'wallet.events',
  summary: 'A payment took points from a wallet.',
  key,
  data: z.object({ ...entry, paymentId: Id }),
  example: { ...entryExample, entryNumber: 2, amountWon: 88_000, balanceWon: 12_000, paymentId: examples.paymentId },
});

export const pointsRefunded = defineEvent({
  type: 'frontrow.wallet.points-refunded.v1',
  topic: 'wallet.events',
  summary: 'A debit was undone.',
  key,
  data: z.object({ ...entry, paymentId: Id }),
  example: { ...entryExample, entryNumber: 3, amountWon: 88_000, paymentId: examples.paymentId },
});

export const debitPoints = defineCommand({
  type: 'frontrow.wallet.debit-points.v1',
  topic: 'wallet.commands',
  summary: 'Take points for a payment, once however often it is asked.',
  key,
  data: z.object({ paymentId: Id, userId: UserId, amountWon: Won }),
  example: { paymentId: examples.paymentId, userId: examples.userId, amountWon: 88_000 },
  reply: defineReply({
    type: 'frontrow.wallet.debit-points-reply.v1',
    topic: 'payment.replies',
    summary: 'Debited, or refused: too few points, or a refund of this payment came first.',
    key: (data) => data.paymentId,
    data: z.discriminatedUnion('outcome', [
      z.object({ paymentId: Id, outcome: z.literal('done'), balanceWon: Won }),
      z.object({
        paymentId: Id,
        outcome: z.literal('refused'),
        code: z.enum(['OUT_OF_BUDGET', 'PAYMENT_TIMED_OUT']),
        balanceWon: Won,
      }),
    ]),
    example: { paymentId: examples.paymentId, outcome: 'done', balanceWon: 12_000 },
  }),
});

export const refundPoints = defineCommand({
  type: 'frontrow.wallet.refund-points.v1',
  topic: 'wallet.commands',
  summary: 'Undo the debit of a payment. Coming before the debit, it leaves a mark that refuses it.',
  key,
  data: z.object({ paymentId: Id, userId: UserId }),
  example: { paymentId: examples.paymentId, userId: examples.userId },
  reply: defineReply({
    type: 'frontrow.wallet.refund-points-reply.v1',
    topic: 'payment.replies',
    summary: 'The payment has no debit now; `refundedWon` is 0 if it had none before.',
    key: (data) => data.paymentId,
    data: z.object({ paymentId: Id, outcome: z.literal('done'), refundedWon: Won, balanceWon: Won }),
    example: { paymentId: examples.paymentId, outcome: 'done', refundedWon: 88_000, balanceWon: 100_000 },
  }),
});

export const Wallet = z.object({ userId: UserId, balanceWon: Won });
export const WalletEntry = z.object({
  id: Id,
  kind: z.enum(['CHARGE', 'DEBIT', 'REFUND']),
  amountWon: z.int().meta({ description: 'signed: a debit is negative' }),
  balanceWon: Won.meta({ description: 'the balance after this entry' }),
  paymentId: Id.nullable(),
  createdAt: Instant,
});
const walletExample = { userId: examples.userId, balanceWon: 100_000 };

export const walletRoutes = {
  getWallet: defineRoute({
    id: 'getWallet',
    service: 'wallet',
    method: 'get',
    path: '/v1/wallet',
    summary: 'Your points',
    access: 'user',
    answers: { 200: { description: 'The balance; 0 for a new user', body: Wallet, example: walletExample } },
    errors: ['UNAUTHENTICATED'],
  }),
  chargePoints: defineRoute({
    id: 'chargePoints',
    service: 'wallet',
    method: 'post',
    path: '/v1/wallet/charges',
    summary: 'Charge points',
    access: 'user',
    idempotencyKey: 'required',
    body: z.strictObject({ amountWon: z.int().min(MIN_CHARGE_WON).max(MAX_CHARGE_WON) }),
    bodyExample: { amountWon: 100_000 },
    answers: { 201: { description: 'Charged', body: Wallet, example: walletExample } },
    errors: ['UNAUTHENTICATED', 'IDEMPOTENCY_KEY_REQUIRED', 'IDEMPOTENCY_KEY_REUSED', 'BALANCE_LIMIT_EXCEEDED'],
  }),
  listEntries: defineRoute({
    id: 'listEntries',
    service: 'wallet',
    method: 'get',
    path: '/v1/wallet/entries',
    summary: 'Your ledger, newest first',
    access: 'user',
    query: PageQuery,
    answers: {
      200: {
        description: 'A page',
        body: page(WalletEntry),
        example: {
          items: [
            {
              id: examples.entryId,
              kind: 'CHARGE',
              amountWon: 100_000,
              balanceWon: 100_000,
              paymentId: null,
              createdAt: examples.instant,
            },
          ],
          next: null,
        },
      },
    },
    errors: ['UNAUTHENTICATED'],
  }),
};

import type { ErrorCode } from '@frontrow/contracts/errors';
import type { Payment, PaymentPart } from '@frontrow/contracts/payment';
import type { z } from 'zod';

export type PaymentView = z.output<typeof Payment>;
export type Part = z.output<typeof PaymentPart>;

export interface PaymentRecord {
  readonly id: string;
  readonly userId: string;
  readonly reservationId: string;
  readonly status: 'PENDING' | 'COMPLETED' | 'FAILED';
  readonly code: ErrorCode | null;
  readonly parts: readonly Part[];
  readonly amountWon: number | null;
  readonly balanceWon: number | null;
  readonly holdExpiresAt: Date | null;
  readonly tickets: PaymentView['tickets'];
  readonly fingerprint: string;
  readonly createdAt: Date;
  readonly endedAt: Date | null;
}

/** The sum of the parts, or null when the buyer leaves the split to us. */
export const expectedAmountWon = (parts: readonly Part[] | undefined): number | null =>
  parts === undefined ? null : parts.reduce((sum, part) => sum + part.amountWon, 0);

/** Requests under one Idempotency-Key must be the same request; this is what is compared. */
export const fingerprintOf = (reservationId: string, parts: readonly Part[] | undefined): string =>
  JSON.stringify([reservationId.toLowerCase(), parts?.map((part) => [part.method, part.amountWon]) ?? null]);

/**
 * A payment that the reservation refused never started: nothing was done and nothing undone. Its answer is the
 * refusal itself rather than a failed payment. Everything later is a declined payment.
 */
export function refusedAtStart(payment: PaymentRecord): ErrorCode | undefined {
  return payment.status === 'FAILED' && payment.amountWon === null && payment.code !== 'PAYMENT_TIMED_OUT'
    ? (payment.code ?? undefined)
    : undefined;
}

export const toView = (payment: PaymentRecord): PaymentView => ({
  id: payment.id,
  status: payment.status,
  ...(payment.code === null ? {} : { code: payment.code }),
  reservationId: payment.reservationId,
  amountWon: payment.amountWon,
  payments:
    payment.parts.length > 0 || payment.amountWon === null
      ? [...payment.parts]
      : [{ method: 'POINT', amountWon: payment.amountWon }],
  balanceWon: payment.balanceWon,
  holdExpiresAt: payment.holdExpiresAt?.toISOString() ?? null,
  tickets: payment.tickets,
  createdAt: payment.createdAt.toISOString(),
  endedAt: payment.endedAt?.toISOString() ?? null,
});

const DEFAULT_WAIT_MS = 3_000;
const MAX_WAIT_MS = 30_000;

/** `Prefer: wait=N` (RFC 7240, seconds) → milliseconds, 30 s at most; 3 s when it isn't there. */
export function waitMsOf(prefer: string | undefined): number {
  const seconds = /(?:^|,)\s*wait\s*=\s*"?(\d{1,4})"?\s*(?:$|[,;])/i.exec(prefer ?? '')?.[1];
  return seconds === undefined ? DEFAULT_WAIT_MS : Math.min(Number(seconds) * 1_000, MAX_WAIT_MS);
}

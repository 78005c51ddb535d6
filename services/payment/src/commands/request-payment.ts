import { paymentRequested } from '@frontrow/contracts/payment';
import type { Transact } from '@frontrow/messaging/transact';
import type { SagaRunner } from '@frontrow/saga/runner';
import { newId } from '@frontrow/service-kit/ids';
import { problem } from '@frontrow/service-kit/problem';
import { expectedAmountWon, fingerprintOf, type Part, type PaymentRecord } from '../domain/payment.ts';
import type { Purchase } from '../domain/purchase.ts';
import type { PaymentEndings } from '../payment-endings.ts';
import { findByKey, insertPayment, type Payments } from '../store/payments.ts';

export interface PaymentRequest {
  readonly userId: string;
  readonly idempotencyKey: string;
  readonly reservationId: string;
  readonly parts: readonly Part[] | undefined;
  readonly waitMs: number;
}

export interface RequestedPayment {
  readonly payment: PaymentRecord;
  /** Another request under the same key had started it. */
  readonly replayed: boolean;
}

interface Dependencies {
  readonly transact: Transact;
  readonly saga: SagaRunner<Purchase>;
  readonly endings: PaymentEndings;
  readonly payments: Payments;
}

/**
 * Starts the saga, once per Idempotency-Key, and waits for its end for `waitMs`.
 *
 * The key belongs to the payment itself rather than to a stored answer: whoever repeats the request waits for the same
 * saga, and the answer is made from the same row.
 *
 * Errors: IDEMPOTENCY_KEY_REUSED.
 */
export const requestPayment =
  ({ transact, saga, endings, payments }: Dependencies) =>
  async (request: PaymentRequest): Promise<RequestedPayment> => {
    const { reservationId, parts, userId } = request;
    const payment = { ...request, id: newId(), parts: parts ?? [], fingerprint: fingerprintOf(reservationId, parts) };
    const end = endings.expect(payment.id);
    const started = await transact(async (uow): Promise<RequestedPayment> => {
      const inserted = await insertPayment(uow.trx, { ...payment, createdAt: new Date() });
      if (inserted === undefined) {
        return { payment: await existing(uow.trx, payment), replayed: true };
      }
      await saga.start(uow, payment.id, {
        paymentId: payment.id,
        reservationId,
        userId,
        expectedAmountWon: expectedAmountWon(parts),
      });
      uow.emit(paymentRequested, { paymentId: payment.id, reservationId, userId }, { correlationId: payment.id });
      return { payment: inserted, replayed: false };
    }).catch((error: unknown) => {
      end.forget();
      throw error;
    });
    if (!started.replayed) {
      return { ...started, payment: (await end.ended(request.waitMs)) ?? started.payment };
    }
    end.forget();
    return { ...started, payment: await endOf(endings, payments, started.payment, request.waitMs) };
  };

async function existing(
  trx: Parameters<typeof findByKey>[0],
  request: { userId: string; idempotencyKey: string; fingerprint: string },
): Promise<PaymentRecord> {
  const found = await findByKey(trx, request.userId, request.idempotencyKey);
  if (found === undefined) {
    // Its payment failed with a retriable code in this very moment and gave the key back.
    throw problem('PAYMENT_IN_PROGRESS');
  }
  if (found.fingerprint !== request.fingerprint) {
    throw problem('IDEMPOTENCY_KEY_REUSED');
  }
  return found;
}

/** Listens before it looks, so that an end between the two isn't missed. */
async function endOf(
  endings: PaymentEndings,
  payments: Payments,
  payment: PaymentRecord,
  waitMs: number,
): Promise<PaymentRecord> {
  if (payment.status !== 'PENDING') {
    return payment;
  }
  const end = endings.expect(payment.id);
  const now = await payments.find(payment.id);
  if (now !== undefined && now.status !== 'PENDING') {
    end.forget();
    return now;
  }
  return (await end.ended(waitMs)) ?? payment;
}

import type { TimelineEntry } from '@frontrow/contracts/payment';
import type { SagaRunner } from '@frontrow/saga/runner';
import { problem } from '@frontrow/service-kit/problem';
import type { User } from '@frontrow/service-kit/route-handler';
import type { z } from 'zod';
import type { Purchase } from '../domain/purchase.ts';
import type { Payments } from '../store/payments.ts';

/** What the saga of a payment did, in order. Operators see anyone's. Errors: PAYMENT_NOT_FOUND. */
export const getTimeline =
  (payments: Payments, saga: SagaRunner<Purchase>) =>
  async (user: User, paymentId: string): Promise<z.output<typeof TimelineEntry>[]> => {
    const payment = await payments.find(paymentId);
    if (payment === undefined || (payment.userId !== user.id && !user.roles.includes('operator'))) {
      throw problem('PAYMENT_NOT_FOUND');
    }
    const entries = await saga.timeline(paymentId);
    return entries.map((entry) => ({
      at: entry.at.toISOString(),
      kind: entry.kind,
      step: entry.step,
      messageId: entry.message_id,
      detail: entry.detail,
    }));
  };

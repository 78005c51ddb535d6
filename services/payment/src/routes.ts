import { paymentRoutes } from '@frontrow/contracts/payment';
import { problem } from '@frontrow/service-kit/problem';
import { type Answer, type BoundRoute, handle } from '@frontrow/service-kit/route-handler';
import type { RequestedPayment, requestPayment } from './commands/request-payment.ts';
import { refusedAtStart, toView, waitMsOf } from './domain/payment.ts';
import type { getPayment } from './queries/get-payment.ts';
import type { getTimeline } from './queries/get-timeline.ts';
import type { listPayments } from './queries/list-payments.ts';

export interface UseCases {
  readonly requestPayment: ReturnType<typeof requestPayment>;
  readonly listPayments: ReturnType<typeof listPayments>;
  readonly getPayment: ReturnType<typeof getPayment>;
  readonly getTimeline: ReturnType<typeof getTimeline>;
}

const { pay, listPayments: list, getPayment: get, getTimeline: timeline } = paymentRoutes;

export const routes = (use: UseCases): BoundRoute[] => [
  handle(pay, async (call) =>
    answerTo(
      await use.requestPayment({
        userId: call.user.id,
        idempotencyKey: call.idempotencyKey as string,
        reservationId: call.body.reservationId,
        parts: call.body.payments,
        waitMs: waitMsOf(call.header('prefer')),
      }),
    ),
  ),
  handle(list, async (call) => ({ status: 200, body: await use.listPayments(call.user.id, call.query) })),
  handle(get, async (call) => ({ status: 200, body: toView(await use.getPayment(call.user, call.params.paymentId)) })),
  handle(timeline, async (call) => ({
    status: 200,
    body: { items: await use.getTimeline(call.user, call.params.paymentId) },
  })),
];

/** Ended: 201; refused before it began: that problem; still running: 202. */
function answerTo({ payment, replayed }: RequestedPayment): Answer {
  const refusal = refusedAtStart(payment);
  if (refusal !== undefined) {
    throw problem(refusal, { paymentId: payment.id });
  }
  const location = `/v1/payments/${payment.id}`;
  const headers = { Location: location, ...(replayed ? { 'Idempotent-Replayed': 'true' } : {}) };
  return payment.status === 'PENDING'
    ? { status: 202, body: toView(payment), headers: { ...headers, 'Retry-After': '1' } }
    : { status: 201, body: toView(payment), headers };
}

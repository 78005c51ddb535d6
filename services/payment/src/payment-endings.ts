import type { Signals } from '@frontrow/messaging/postgres';
import type { PaymentRecord } from './domain/payment.ts';

const CHANNEL = 'payment_ended';

/**
 * Lets a request wait for the end of its payment. The end is written by whichever instance got the last reply:
 * a waiter in the same process is told at once, others by a signal of the database. No timer polls.
 */
export interface PaymentEndings {
  /** Listens to the ends that other instances write, and tells them of ours, until the returned function is called. */
  connect(signals: Signals): () => void;
  /** Call after commit. */
  announce(payment: PaymentRecord): void;
  /**
   * Begins to listen. `ended` resolves with the payment when it has ended, else as it stands after `waitMs`;
   * undefined when there is none.
   */
  expect(paymentId: string): { ended(waitMs: number): Promise<PaymentRecord | undefined>; forget(): void };
}

export function createPaymentEndings(read: (paymentId: string) => Promise<PaymentRecord | undefined>): PaymentEndings {
  const waiters = new Map<string, Set<(payment: PaymentRecord) => void>>();
  const tell = (payment: PaymentRecord) => {
    for (const waiter of waiters.get(payment.id) ?? []) {
      waiter(payment);
    }
  };
  const heard = (paymentId: string) => {
    if (waiters.has(paymentId)) {
      // A failed read is no loss: the request reads again when its time is up.
      void read(paymentId).then(
        (payment) => payment !== undefined && tell(payment),
        () => undefined,
      );
    }
  };
  let signals: Signals | undefined;
  return {
    connect(connected) {
      signals = connected;
      return connected.subscribe(CHANNEL, heard);
    },
    announce(payment) {
      if (waiters.has(payment.id)) {
        tell(payment);
      } else {
        signals?.notify(CHANNEL, payment.id);
      }
    },
    expect(paymentId) {
      const { promise, resolve } = Promise.withResolvers<PaymentRecord>();
      const mine = waiters.get(paymentId) ?? new Set();
      waiters.set(paymentId, mine.add(resolve));
      const forget = () => {
        mine.delete(resolve);
        if (mine.size === 0 && waiters.get(paymentId) === mine) {
          waiters.delete(paymentId);
        }
      };
      return {
        ended: async (waitMs) => {
          const timeout = Promise.withResolvers<undefined>();
          const timer = setTimeout(timeout.resolve, waitMs, undefined);
          try {
            return (await Promise.race([promise, timeout.promise])) ?? (await read(paymentId));
          } finally {
            clearTimeout(timer);
            forget();
          }
        },
        forget,
      };
    },
  };
}

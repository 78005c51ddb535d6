import type { Subscription } from '@frontrow/messaging/subscription';
import type { SagaRunner } from '@frontrow/saga/runner';
import type { Purchase } from './domain/purchase.ts';

/** payment.replies → the purchase saga, which reads one kind of reply a command. */
export const subscriptions = (saga: SagaRunner<Purchase>): readonly Subscription[] => saga.subscriptions;

import { type FlowContext, flow } from '../context.ts';
import type { Delivery } from '../consumer/delivery.ts';
import type { Handling } from '../consumer/partition-batch.ts';
import type { Message } from '@frontrow/contracts/message';
import { handled } from '../metrics.ts';
import type { Subscription } from '../subscription.ts';
import type { Transact, UnitOfWork } from '../transact.ts';
import { remember } from './inbox-table.ts';

/** What the messages that a handler emits inherit. */
export const flowOf = (message: Message): FlowContext => ({
  correlationId: message.correlationId,
  causationId: message.id,
  traceparent: message.traceparent,
});

/**
 * Handles a partition's messages in one transaction, which also records that they were handled: a message that
 * was handled before does nothing. One transaction a batch rather than a message, for its commit is what costs.
 */
export function handleOnce(consumer: string, transact: Transact): Handling<Subscription> {
  const together = async (deliveries: readonly Delivery<Subscription>[]): Promise<void> => {
    const fresh = await transact((uow) => handleFresh(consumer, deliveries, uow));
    for (const { message } of deliveries) {
      const result = fresh.delete(message.id) ? 'handled' : 'duplicate';
      handled.inc({ consumer, type: message.type, result });
    }
  };
  return { together, alone: (delivery) => together([delivery]) };
}

async function handleFresh(
  consumer: string,
  deliveries: readonly Delivery<Subscription>[],
  uow: UnitOfWork,
): Promise<Set<string>> {
  const ids = deliveries.map(({ message }) => message.id);
  const fresh = await remember(uow.trx, consumer, ids);
  // The same message can be in a batch twice.
  const waiting = new Set(fresh);
  for (const { message, subscription } of deliveries) {
    if (waiting.delete(message.id)) await flow.run(flowOf(message), () => subscription.handle(message, uow));
  }
  return fresh;
}

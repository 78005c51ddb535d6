import { flow } from '../context.ts';
import type { Handling } from '../consumer/partition-batch.ts';
import { flowOf } from '../inbox/handle-once.ts';
import { handled } from '../metrics.ts';
import type { RedisSubscription } from '../redis.ts';

/** Without a transaction around them, messages are handled one by one. */
export function handleAtLeastOnce(consumer: string): Handling<RedisSubscription> {
  return {
    async alone({ message, subscription }) {
      await flow.run(flowOf(message), () => subscription.handle(message));
      handled.inc({ consumer, type: message.type, result: 'handled' });
    },
  };
}

import { Counter, Gauge } from 'prom-client';

/** In the default registry. Names are for alerts and dashboards: keep them. */
export const published = new Counter({
  name: 'frontrow_outbox_published_total',
  help: 'Messages that the broker has confirmed',
  labelNames: ['service'],
});

export type HandlingResult = 'handled' | 'duplicate' | 'skipped' | 'dead';

export const handled = new Counter({
  name: 'frontrow_messages_handled_total',
  help: 'Messages received, by what became of them',
  labelNames: ['consumer', 'type', 'result'],
});

export const retries = new Counter({
  name: 'frontrow_message_retries_total',
  help: 'Tries of a message that failed and will be repeated',
  labelNames: ['consumer', 'type'],
});

export const deadLetters = new Counter({
  name: 'frontrow_dead_letters_total',
  help: 'Messages put aside on the dead letter topic',
  labelNames: ['consumer', 'reason'],
});

const pendingCounts = new Map<object, { service: string; count: () => Promise<number> }>();

const pending = new Gauge({
  name: 'frontrow_outbox_pending',
  help: 'Messages committed and not yet confirmed by the broker',
  labelNames: ['service'],
  async collect() {
    for (const { service, count } of pendingCounts.values()) {
      // A store that can't be reached has no number, rather than a wrong one.
      await count().then(
        (value) => pending.set({ service }, value),
        () => pending.remove({ service }),
      );
    }
  },
});

/** Counts what waits in an outbox at each scrape, until the returned function is called. */
export function measurePending(service: string, count: () => Promise<number>): () => void {
  const token = {};
  pendingCounts.set(token, { service, count });
  return () => {
    pendingCounts.delete(token);
    pending.remove({ service });
  };
}

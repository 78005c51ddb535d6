/**
 * Every topic, with its partitions and retention: the one place that says so. Services make what is
 * missing when they start; nothing is created by the broker on its own.
 *
 * 12 partitions divide evenly among 2, 3, 4, 6 and 12 instances.
 */
export interface TopicSettings {
  readonly partitions: number;
  /** Milliseconds; -1 keeps for ever. */
  readonly retentionMs: number;
  readonly cleanup: 'delete' | 'compact';
}

const DAY_MS = 24 * 60 * 60 * 1000;
const events: TopicSettings = { partitions: 12, retentionMs: 7 * DAY_MS, cleanup: 'delete' };
const commands: TopicSettings = { partitions: 12, retentionMs: 7 * DAY_MS, cleanup: 'delete' };
const deadLetters: TopicSettings = { partitions: 1, retentionMs: 30 * DAY_MS, cleanup: 'delete' };

export const topics = {
  'queue.events': events,
  'queue.commands': commands,
  // State, not history: the newest announcement of each concert and performance is kept for ever.
  'concert.events': { partitions: 12, retentionMs: -1, cleanup: 'compact' },
  'reservation.events': events,
  'reservation.commands': commands,
  'wallet.events': events,
  'wallet.commands': commands,
  'payment.events': events,
  'payment.replies': commands,
  'queue.dlq': deadLetters,
  'concert.dlq': deadLetters,
  'reservation.dlq': deadLetters,
  'wallet.dlq': deadLetters,
  'payment.dlq': deadLetters,
} as const satisfies Record<string, TopicSettings>;

export type TopicName = keyof typeof topics;

import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import type { Logger } from 'pino';
import { backoffMs, Outage } from '../outage.ts';
import { pause } from '../pause.ts';

/**
 * How long the broker holds back an empty answer. A message ends the wait at once; but kafkajs has one connection
 * to a broker, and what goes over it (heartbeats, commits, a resumed partition, the end) waits behind a fetch.
 */
const FETCH_WAIT_MS = 100;
/** A member that was killed is missed after this, the least a broker allows by default: its partitions wait so long. */
const SESSION_TIMEOUT_MS = 6_000;
const HEARTBEAT_INTERVAL_MS = 1_500;
const REBALANCE_TIMEOUT_MS = 20_000;
/** Offsets are committed beside the fetches, not between them: 1.4 times the throughput. The inbox makes it safe. */
const COMMIT_INTERVAL_MS = 1_000;
/** A member that fetches nothing for so long has stopped without a word, as kafkajs can. */
const SILENCE_LIMIT_MS = 60_000;
const PARTITIONS_AT_ONCE = 4;

export interface GroupMemberOptions {
  kafka: Kafka;
  groupId: string;
  /** As they are on the broker. */
  topics: string[];
  /** Must not throw. */
  handleBatch: (payload: EachBatchPayload) => Promise<void>;
  logger: Logger;
}

/**
 * A member of a consumer group that stays one: kafkajs' consumer is made anew, after a delay, whenever it crashes
 * (its own restart keeps state of the one that crashed, and gives up on errors it holds for final).
 */
export class GroupMember {
  readonly #options: GroupMemberOptions;
  readonly #outage: Outage;
  readonly #stopping = new AbortController();
  #consumer: Consumer | undefined;
  #commit: (() => Promise<void>) | undefined;
  #joined = false;
  #handling = new Set<Promise<void>>();
  #lastFetchAtMs = 0;
  #ticker: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;

  constructor(options: GroupMemberOptions) {
    this.#options = options;
    this.#outage = new Outage(options.logger, 'the consumer');
  }

  /** Resolves when it is in the group; tries for ever. */
  async start(): Promise<void> {
    this.#ticker = setInterval(() => this.#tick(), COMMIT_INTERVAL_MS);
    await new Promise<void>((resolve) => {
      this.#running = this.#keepRunning(resolve);
    });
  }

  get trouble(): string | undefined {
    return this.#joined ? undefined : (this.#outage.reason ?? 'the consumer is not in its group yet');
  }

  get isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  /** Fetch this partition again, from its first offset that isn't resolved. */
  resume(topic: string, partition: number): void {
    try {
      this.#consumer?.resume([{ topic, partitions: [partition] }]);
    } catch {
      // It isn't running now; a new consumer has nothing paused.
    }
  }

  /** Finishes the batches under way, commits, and leaves the group. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    clearInterval(this.#ticker);
    await this.#running;
  }

  async #keepRunning(onJoined: () => void): Promise<void> {
    while (!this.isStopping) {
      try {
        await this.#runOnce(onJoined);
      } catch (error) {
        if (!this.isStopping) this.#outage.failed(error);
      }
      this.#joined = false;
      if (!this.isStopping) await pause(backoffMs(this.#outage.failures, 250, 5_000), this.#stopping.signal);
    }
    onJoined();
  }

  /** Runs one consumer until it crashes (and throws why) or the member is stopped. */
  async #runOnce(onJoined: () => void): Promise<void> {
    const { kafka, groupId, topics } = this.#options;
    const consumer = kafka.consumer({
      groupId,
      allowAutoTopicCreation: false,
      sessionTimeout: SESSION_TIMEOUT_MS,
      heartbeatInterval: HEARTBEAT_INTERVAL_MS,
      rebalanceTimeout: REBALANCE_TIMEOUT_MS,
      maxWaitTimeInMs: FETCH_WAIT_MS,
      retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 8, restartOnFailure: async () => false },
    });
    const ended = this.#watch(consumer, onJoined);
    try {
      await consumer.connect();
      await consumer.subscribe({ topics, fromBeginning: true });
      this.#consumer = consumer;
      this.#lastFetchAtMs = performance.now();
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: PARTITIONS_AT_ONCE,
        eachBatch: (payload) => this.#eachBatch(payload),
      });
      await ended;
      await this.#commitNow();
    } finally {
      this.#consumer = undefined;
      this.#commit = undefined;
      await consumer.disconnect().catch(() => undefined);
    }
  }

  #watch(consumer: Consumer, onJoined: () => void): Promise<void> {
    const { events } = consumer;
    consumer.on(events.GROUP_JOIN, () => {
      this.#joined = true;
      this.#outage.worked();
      onJoined();
    });
    consumer.on(events.FETCH_START, () => {
      this.#lastFetchAtMs = performance.now();
    });
    // What is resolved counts for the next owner of the partition, if the commit still gets there in time.
    consumer.on(events.REBALANCING, () => void this.#commitNow());
    const ended = new Promise<void>((resolve, reject) => {
      consumer.on(events.CRASH, ({ payload }) => reject(payload.error));
      this.#giveUp = reject;
      this.#stopping.signal.addEventListener('abort', () => void Promise.all(this.#handling).then(() => resolve()), {
        once: true,
      });
    });
    // It may crash before anybody waits for it.
    ended.catch(() => undefined);
    return ended;
  }

  #giveUp: (reason: Error) => void = () => undefined;

  async #eachBatch(payload: EachBatchPayload): Promise<void> {
    if (this.isStopping) return;
    this.#commit = async () => payload.commitOffsetsIfNecessary(payload.uncommittedOffsets());
    const heartbeat = setInterval(() => void payload.heartbeat().catch(() => undefined), HEARTBEAT_INTERVAL_MS);
    const handling = this.#options.handleBatch(payload);
    this.#handling.add(handling);
    try {
      await handling;
    } finally {
      clearInterval(heartbeat);
      this.#handling.delete(handling);
    }
  }

  #tick(): void {
    void this.#commitNow();
    const isSilent = performance.now() - this.#lastFetchAtMs > SILENCE_LIMIT_MS;
    if (isSilent && this.#consumer && this.#handling.size === 0) {
      this.#giveUp(new Error(`the consumer has fetched nothing for ${SILENCE_LIMIT_MS} ms`));
    }
  }

  /** At best: what isn't committed comes again, and the inbox knows it. */
  async #commitNow(): Promise<void> {
    try {
      await this.#commit?.();
    } catch (error) {
      this.#options.logger.debug({ err: error }, 'offsets could not be committed');
    }
  }
}

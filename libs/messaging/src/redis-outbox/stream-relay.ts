import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { published } from '../metrics.ts';
import { backoffMs, Outage } from '../outage.ts';
import { pause } from '../pause.ts';
import { MAX_BATCH_BYTES, type Outgoing, type Publisher } from '../relay/publisher.ts';
import { Waker } from '../relay/waker.ts';
import { advance } from './streams.ts';
import { toOutgoing } from './to-message.ts';

/** A holder that died or froze is replaced after so long. */
const LEASE_MS = 5_000;
/** Entries read longer ago than this aren't sent: the process was paused, and the lease may be another's. */
const STALE_AFTER_MS = 1_000;
/** All streams are looked at so often: for what an instance that died has left, or one that stopped. */
const POLL_MS = 500;
const MAX_ENTRIES = 200;
const DRAIN_LIMIT_MS = 5_000;

export interface StreamRelayOptions {
  service: string;
  redis: Redis;
  streams: () => Promise<string[]>;
  publisher: Publisher;
  logger: Logger;
}

interface Reading {
  streamKey: string;
  entryIds: string[];
  messages: Outgoing[];
}

/**
 * Moves messages from Redis streams to Kafka: reads every stream that it has the lease of, sends all that it read
 * in one request, and deletes it once the broker has it. One step after the other, so that the order of each stream
 * holds. Ids are those that the scripts wrote: what is sent twice after a crash, inboxes know.
 */
export class StreamRelay {
  readonly #options: StreamRelayOptions;
  readonly #token = randomUUID();
  readonly #redisOutage: Outage;
  readonly #sendOutage: Outage;
  readonly #waker = new Waker();
  readonly #stopping = new AbortController();
  /** Streams to look at in the next round. */
  readonly #due = new Set<string>();
  /** Entries that the broker has, not yet deleted. */
  readonly #sent = new Map<string, string[]>();
  #allDueAtMs = 0;
  #drainUntilMs = Number.POSITIVE_INFINITY;
  #running: Promise<void> | undefined;

  constructor(options: StreamRelayOptions) {
    this.#options = options;
    this.#redisOutage = new Outage(options.logger, 'reading the streams');
    this.#sendOutage = new Outage(options.logger, 'publishing');
  }

  start(): void {
    this.#running = this.#keepRunning();
  }

  wake(streamKey?: string): void {
    if (streamKey === undefined) this.#allDueAtMs = 0;
    else this.#due.add(streamKey);
    this.#waker.wake();
  }

  get trouble(): string | undefined {
    return this.#redisOutage.reason ?? this.#sendOutage.reason;
  }

  /** Sends what is left, for 5 s at most. */
  async stop(): Promise<void> {
    this.#drainUntilMs = performance.now() + DRAIN_LIMIT_MS;
    this.#allDueAtMs = 0;
    this.#stopping.abort();
    this.#waker.wake();
    await this.#running;
  }

  async #keepRunning(): Promise<void> {
    while (performance.now() < this.#drainUntilMs) {
      try {
        const isIdle = await this.#round();
        this.#redisOutage.worked();
        if (!isIdle) continue;
        if (this.#stopping.signal.aborted) return;
        await this.#waker.wait(this.#allDueAtMs - performance.now());
      } catch (error) {
        // Whether these were deleted is unknown: who reads them next sends them again.
        this.#sent.clear();
        this.#redisOutage.failed(error);
        await this.#backOff(this.#redisOutage);
      }
    }
  }

  /** @returns true when there was nothing to send or delete */
  async #round(): Promise<boolean> {
    this.#waker.reset();
    await this.#addAllIfDue();
    const streamKeys = [...new Set([...this.#due, ...this.#sent.keys()])];
    this.#due.clear();
    if (streamKeys.length === 0) return true;
    const readAtMs = performance.now();
    const readings = await this.#readAll(streamKeys);
    if (readings.length === 0) return this.#due.size === 0 && this.#allDueAtMs > performance.now();
    await this.#send(readings, readAtMs);
    return false;
  }

  async #addAllIfDue(): Promise<void> {
    if (performance.now() < this.#allDueAtMs) return;
    this.#allDueAtMs = performance.now() + POLL_MS;
    for (const streamKey of await this.#options.streams()) this.#due.add(streamKey);
  }

  async #readAll(streamKeys: readonly string[]): Promise<Reading[]> {
    const sent = new Map(this.#sent);
    this.#sent.clear();
    const readings = await Promise.all(streamKeys.map((key) => this.#read(key, sent.get(key) ?? [])));
    return readings.filter((reading) => reading !== undefined);
  }

  async #read(streamKey: string, sent: readonly string[]): Promise<Reading | undefined> {
    const { redis, service } = this.#options;
    const options = { token: this.#token, leaseMs: LEASE_MS, maxEntries: MAX_ENTRIES, sent };
    const entries = await advance(redis, streamKey, options);
    if (!entries || entries.length === 0) return undefined;
    const reading: Reading = { streamKey, entryIds: [], messages: [] };
    let bytes = 0;
    for (const entry of entries) {
      const message = toOutgoing(service, entry);
      bytes += (message.value?.length ?? 0) + 1_000;
      if (bytes > MAX_BATCH_BYTES && reading.messages.length > 0) break;
      reading.entryIds.push(entry[0]);
      reading.messages.push(message);
    }
    return reading;
  }

  async #send(readings: readonly Reading[], readAtMs: number): Promise<void> {
    const { publisher, service } = this.#options;
    const messages = readings.flatMap((reading) => reading.messages);
    try {
      await publisher.connect();
      if (performance.now() - readAtMs <= STALE_AFTER_MS) {
        await publisher.send(messages);
        for (const { streamKey, entryIds } of readings) this.#sent.set(streamKey, entryIds);
        published.inc({ service }, messages.length);
      }
      this.#sendOutage.worked();
    } catch (error) {
      this.#sendOutage.failed(error);
      await this.#backOff(this.#sendOutage);
    }
    for (const { streamKey } of readings) this.#due.add(streamKey);
  }

  async #backOff(outage: Outage): Promise<void> {
    const stopping = this.#stopping.signal;
    await pause(backoffMs(outage.failures, 100, 2_000), stopping.aborted ? undefined : stopping);
  }
}

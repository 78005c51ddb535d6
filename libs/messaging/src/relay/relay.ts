import type { Logger } from 'pino';
import { published } from '../metrics.ts';
import { Outage, backoffMs } from '../outage.ts';
import { pause } from '../pause.ts';
import { Notes } from './notes.ts';
import { Ownership } from './ownership.ts';
import type { Publisher } from './publisher.ts';
import { RelaySession } from './relay-session.ts';
import { deleteSent, readOutbox } from './read-outbox.ts';
import { Waker } from './waker.ts';

/** Buckets are rebalanced, and the outbox is looked at in any case, so often. Wake-ups don't wait for it. */
const ROUND_MS = 1_000;
/** Rows read longer ago than this aren't sent: the process was paused, and the buckets may have another owner. */
const STALE_AFTER_MS = 1_000;
const DRAIN_LIMIT_MS = 5_000;

export interface RelayOptions {
  service: string;
  databaseUrl: string;
  publisher: Publisher;
  notes: Notes;
  logger: Logger;
}

/**
 * Moves committed messages from the outbox to Kafka: reads the rows of the buckets it owns, on the session that
 * owns them, sends them in one request, and deletes them once the broker has them.
 *
 * Everything happens in one loop, one step after the other: a bucket can't be given away while its rows are
 * under way, and no second send can overtake the first. There is no cursor over `seq`: whatever is committed and
 * not deleted gets read, also a row whose number is lower than what was sent before.
 */
export class Relay {
  readonly #options: RelayOptions;
  readonly #sessionOutage: Outage;
  readonly #sendOutage: Outage;
  readonly #waker = new Waker();
  readonly #stopping = new AbortController();
  #rebalanceAt = 0;
  #owned: ReadonlySet<number> = new Set();
  #connected = false;
  #running: Promise<void> | undefined;
  #drainUntil = 0;

  constructor(options: RelayOptions) {
    this.#options = options;
    this.#sessionOutage = new Outage(options.logger, "the relay's database session");
    this.#sendOutage = new Outage(options.logger, 'publishing');
    options.notes.onRelayNote((note) => this.#hear(note));
  }

  /** Resolves when the relay has a session; tries for ever. */
  async start(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#running = this.#keepRunning(resolve);
    });
  }

  /** Messages of these buckets were committed. */
  wake(buckets: ReadonlySet<number>): void {
    let others = false;
    let mine = false;
    for (const bucket of buckets) {
      if (this.#owned.has(bucket)) mine = true;
      else others = true;
    }
    if (mine) this.#waker.wake();
    if (others) this.#options.notes.wakeOthers();
  }

  get trouble(): string | undefined {
    if (!this.#connected) return this.#sessionOutage.reason ?? 'the relay has no database session yet';
    return this.#sendOutage.reason;
  }

  /** Sends what is left in its buckets, for 5 s at most, gives them back, and ends. */
  async stop(): Promise<void> {
    this.#drainUntil = performance.now() + DRAIN_LIMIT_MS;
    this.#stopping.abort();
    this.#waker.wake();
    await this.#running;
  }

  get #drainTimeIsOver(): boolean {
    return this.#stopping.signal.aborted && performance.now() > this.#drainUntil;
  }

  #hear(note: 'wake' | 'members'): void {
    if (note === 'members') this.#rebalanceAt = 0;
    this.#waker.wake();
  }

  async #keepRunning(onReady: () => void): Promise<void> {
    const { databaseUrl, service, notes } = this.#options;
    let finished = false;
    while (!finished && !this.#drainTimeIsOver) {
      let session: RelaySession | undefined;
      try {
        session = await RelaySession.open(databaseUrl, `frontrow-relay-${service}`, { onNote: notes.hear });
        session.whenDead(() => this.#waker.wake());
        finished = await this.#work(session, onReady);
      } catch (error) {
        this.#sessionOutage.failed(error);
        await pause(backoffMs(this.#sessionOutage.failures, 50, 2_000));
      } finally {
        this.#connected = false;
        this.#owned = new Set();
        notes.detach();
        await session?.close();
      }
    }
    onReady();
  }

  /** @returns true when the relay was stopped and nothing is left to send */
  async #work(session: RelaySession, onReady: () => void): Promise<boolean> {
    const { notes } = this.#options;
    const ownership = new Ownership(session);
    await ownership.join();
    this.#owned = ownership.buckets;
    this.#rebalanceAt = 0;
    this.#connected = true;
    notes.attach(session);
    notes.membersChanged();

    let sent: string[] = [];
    let isFirstRound = true;
    for (;;) {
      if (performance.now() >= this.#rebalanceAt) {
        // What is sent has to be gone before its bucket may be: the next owner would send it again.
        if (sent.length > 0) await deleteSent(session, sent);
        sent = [];
        this.#rebalanceAt = performance.now() + ROUND_MS;
        if ((await ownership.rebalance()) > 0) notes.membersChanged();
      }
      this.#waker.reset();
      const readAtMs = performance.now();
      const rows = await readOutbox(session, ownership.buckets, sent);
      sent = [];
      if (isFirstRound) {
        isFirstRound = false;
        this.#sessionOutage.worked();
        onReady();
      }
      if (rows.length > 0) {
        sent = await this.#send(session, rows, readAtMs);
        if (!this.#drainTimeIsOver) continue;
        await deleteSent(session, sent);
        return false;
      } else if (this.#stopping.signal.aborted) {
        await ownership.leave();
        notes.membersChanged();
        await notes.flushed();
        return true;
      } else {
        await this.#waker.wait(this.#rebalanceAt - performance.now());
      }
    }
  }

  /** @returns the numbers of the rows that the broker has confirmed */
  async #send(
    session: RelaySession,
    rows: Awaited<ReturnType<typeof readOutbox>>,
    readAtMs: number,
  ): Promise<string[]> {
    const { publisher, service } = this.#options;
    try {
      await publisher.connect();
      if (!session.alive || performance.now() - readAtMs > STALE_AFTER_MS) return [];
      await publisher.send(rows);
    } catch (error) {
      this.#sendOutage.failed(error);
      const stopping = this.#stopping.signal;
      await pause(backoffMs(this.#sendOutage.failures, 100, 2_000), stopping.aborted ? undefined : stopping);
      return [];
    }
    this.#sendOutage.worked();
    published.inc({ service }, rows.length);
    return rows.map((row) => row.seq);
  }
}

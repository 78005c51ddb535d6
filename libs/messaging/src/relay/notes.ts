import type { Logger } from 'pino';
import type { Signals } from '../signals.ts';
import type { RelaySession } from './relay-session.ts';

export type RelayNote = 'wake' | 'members';

const SIGNAL_PREFIX = 'signal:';
const CHANNEL_NAME = /^[\w.-]+$/;
/** PostgreSQL refuses 8,000 bytes. */
const MAX_NOTE_BYTES = 7_950;
/** What may pile up while the database can't be reached; beyond it the oldest are dropped. */
const MAX_WAITING = 10_000;

/**
 * What instances of a service tell each other over the relay's session: that there are messages in a bucket of
 * another instance, that relays came or went, and the service's own signals. All that comes together while one
 * statement is under way goes into the next: one in flight, the same note once.
 */
export class Notes implements Signals {
  readonly #logger: Logger;
  readonly #listeners = new Map<string, Set<(payload: string) => void>>();
  readonly #waiting = new Set<string>();
  #onRelayNote: (note: RelayNote) => void = () => undefined;
  #session: RelaySession | undefined;
  #flushing: Promise<void> | undefined;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  onRelayNote(listener: (note: RelayNote) => void): void {
    this.#onRelayNote = listener;
  }

  attach(session: RelaySession): void {
    this.#session = session;
    this.#flush();
  }

  detach(): void {
    this.#session = undefined;
  }

  wakeOthers(): void {
    this.#tell('wake' satisfies RelayNote);
  }

  membersChanged(): void {
    this.#tell('members' satisfies RelayNote);
  }

  notify(channel: string, payload: string): void {
    if (!CHANNEL_NAME.test(channel)) throw new Error(`"${channel}" is not a name for a channel of signals`);
    const note = `${SIGNAL_PREFIX}${channel}:${payload}`;
    if (Buffer.byteLength(note) > MAX_NOTE_BYTES) throw new Error(`a signal on ${channel} is too long to be sent`);
    // This instance doesn't need the database to hear itself.
    queueMicrotask(() => this.#deliver(channel, payload));
    this.#tell(note);
  }

  subscribe(channel: string, listener: (payload: string) => void): () => void {
    const listeners = this.#listeners.get(channel) ?? new Set();
    this.#listeners.set(channel, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#listeners.get(channel) === listeners) this.#listeners.delete(channel);
    };
  }

  /** What another instance said. */
  readonly hear = (note: string): void => {
    if (note === 'wake' || note === 'members') return this.#onRelayNote(note);
    if (!note.startsWith(SIGNAL_PREFIX)) return;
    const end = note.indexOf(':', SIGNAL_PREFIX.length);
    this.#deliver(note.slice(SIGNAL_PREFIX.length, end), note.slice(end + 1));
  };

  /** Resolves when everything said so far is sent, or can't be. */
  async flushed(): Promise<void> {
    while (this.#flushing) await this.#flushing;
  }

  #deliver(channel: string, payload: string): void {
    for (const listener of new Set(this.#listeners.get(channel))) {
      try {
        listener(payload);
      } catch (error) {
        this.#logger.error({ err: error, channel }, 'a listener of signals failed');
      }
    }
  }

  #tell(note: string): void {
    if (this.#waiting.size >= MAX_WAITING) {
      for (const oldest of this.#waiting) {
        this.#waiting.delete(oldest);
        break;
      }
    }
    this.#waiting.add(note);
    this.#flush();
  }

  #flush(): void {
    if (this.#flushing || !this.#session || this.#waiting.size === 0) return;
    this.#flushing = this.#sendWaiting().finally(() => {
      this.#flushing = undefined;
      // What was said between the end of the loop and this line.
      this.#flush();
    });
  }

  async #sendWaiting(): Promise<void> {
    while (this.#session && this.#waiting.size > 0) {
      const notes = [...this.#waiting];
      this.#waiting.clear();
      try {
        await this.#session.tell(notes);
      } catch {
        // The session is dead, which the relay reports; the next one takes them.
        for (const note of notes) this.#waiting.add(note);
        this.#session = undefined;
      }
    }
  }
}

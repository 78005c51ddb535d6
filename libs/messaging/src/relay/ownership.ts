import { BUCKETS } from '../outbox/bucket.ts';
import type { RelaySession } from './relay-session.ts';

/** First key of our advisory locks, second is the bucket: an arbitrary number that reads 'frow' in ASCII. */
const LOCK_CLASS = 0x66726f77;
/** Every relay holds this one, shared: that is how relays count each other. */
const MEMBER = 1_000;

const LOCKS_HELD = `
  select objid::int as lock
  from pg_locks
  where locktype = 'advisory' and granted and classid = ${LOCK_CLASS} and objsubid = 2
    and database = (select oid from pg_database where datname = current_database())`;

/**
 * The buckets that this instance owns, by session advisory locks: each bucket has one owner at most, and none
 * keeps a bucket longer than its connection.
 */
export class Ownership {
  readonly #session: RelaySession;
  readonly #owned = new Set<number>();

  constructor(session: RelaySession) {
    this.#session = session;
  }

  get buckets(): ReadonlySet<number> {
    return this.#owned;
  }

  async join(): Promise<void> {
    await this.#session.query('select pg_advisory_lock_shared($1, $2)', [LOCK_CLASS, MEMBER]);
  }

  /**
   * Takes or gives back buckets until this instance has its fair share, `ceil(buckets / members)`. Not to be
   * called while messages of its buckets are being sent.
   *
   * @returns how many were given back, for others to take
   */
  async rebalance(): Promise<number> {
    const held = (await this.#session.query<{ lock: number }>(LOCKS_HELD)).map((row) => row.lock);
    const members = held.filter((lock) => lock === MEMBER).length;
    const fairShare = Math.ceil(BUCKETS / Math.max(1, members));
    if (this.#owned.size > fairShare) return this.#release([...this.#owned].slice(fairShare));
    if (this.#owned.size < fairShare) await this.#acquire(new Set(held), fairShare - this.#owned.size);
    return 0;
  }

  /** Gives everything back, the membership too. */
  async leave(): Promise<void> {
    this.#owned.clear();
    await this.#session.query('select pg_advisory_unlock_all()');
  }

  async #release(buckets: number[]): Promise<number> {
    // Not owned from here on, whatever becomes of the statement.
    for (const bucket of buckets) this.#owned.delete(bucket);
    await this.#session.query('select pg_advisory_unlock($1, bucket) from unnest($2::int[]) as bucket', [
      LOCK_CLASS,
      buckets,
    ]);
    return buckets.length;
  }

  async #acquire(taken: ReadonlySet<number>, count: number): Promise<void> {
    const free = Array.from({ length: BUCKETS }, (_, bucket) => bucket).filter((bucket) => !taken.has(bucket));
    if (free.length === 0) return;
    // From a random place, so that relays which start together don't all ask for the same ones.
    const start = Math.floor(Math.random() * free.length);
    const wanted = [...free.slice(start), ...free.slice(0, start)].slice(0, count);
    const rows = await this.#session.query<{ bucket: number; got: boolean }>(
      'select bucket, pg_try_advisory_lock($1, bucket) as got from unnest($2::int[]) as bucket',
      [LOCK_CLASS, wanted],
    );
    for (const row of rows) if (row.got) this.#owned.add(row.bucket);
  }
}

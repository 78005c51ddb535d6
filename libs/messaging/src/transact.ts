import type { AnyMessageType, DataOf } from '@frontrow/contracts/message';
import type { Knex } from 'knex';
import type { Logger } from 'pino';
import { seal } from './envelope.ts';
import { bucketOf } from './outbox/bucket.ts';
import { insertOutbox, type OutboxRow } from './outbox/outbox-table.ts';

/** One transaction and the messages that commit with it. */
export interface UnitOfWork {
  readonly trx: Knex.Transaction;
  /**
   * Adds a message, to be written at the end of the work, and so after the aggregate's lock was taken: that is
   * what makes the outbox's order the order of commits for each key.
   *
   * @throws Error when the data isn't valid for the type
   */
  emit<M extends AnyMessageType>(
    type: M,
    data: DataOf<M>,
    about?: { correlationId?: string; causationId?: string },
  ): { id: string };
  /** Runs once the transaction has committed, and not at all if it doesn't; for signals and wake-ups, not for work. */
  afterCommit(callback: () => void): void;
}

/**
 * Runs work in a transaction and commits it together with its messages.
 * Throws what the work throws, after the rollback.
 */
export type Transact = <T>(work: (uow: UnitOfWork) => Promise<T>) => Promise<T>;

export interface TransactOptions {
  db: Knex;
  service: string;
  /** Called after each commit that wrote messages, with their buckets. */
  onCommitted: (buckets: ReadonlySet<number>) => void;
  logger: Logger;
}

export function createTransact({ db, service, onCommitted, logger }: TransactOptions): Transact {
  return async (work) => {
    let collected: Collector | undefined;
    let checkOutbox = async (): Promise<void> => undefined;
    const result = await db.transaction(async (trx) => {
      collected = new Collector(trx, service);
      const answer = await work(collected);
      checkOutbox = await insertOutbox(trx, collected.close());
      return answer;
    });
    await checkOutbox();
    collected?.committed(onCommitted, logger);
    return result;
  };
}

class Collector implements UnitOfWork {
  readonly trx: Knex.Transaction;
  readonly #service: string;
  readonly #rows: OutboxRow[] = [];
  readonly #callbacks: (() => void)[] = [];
  #closed = false;

  constructor(trx: Knex.Transaction, service: string) {
    this.trx = trx;
    this.#service = service;
  }

  emit<M extends AnyMessageType>(
    type: M,
    data: DataOf<M>,
    about: { correlationId?: string; causationId?: string } = {},
  ): { id: string } {
    // A message emitted by work that nobody awaited would be lost without a word.
    if (this.#closed) throw new Error(`${type.type} was emitted after its unit of work had ended`);
    const envelope = seal(this.#service, type, data, about);
    this.#rows.push({ ...envelope, bucket: bucketOf(envelope.key) });
    return { id: envelope.id };
  }

  afterCommit(callback: () => void): void {
    this.#callbacks.push(callback);
  }

  close(): readonly OutboxRow[] {
    this.#closed = true;
    return this.#rows;
  }

  /** The work is done for good: nothing that goes wrong here may make it look as if it weren't. */
  committed(onCommitted: TransactOptions['onCommitted'], logger: Logger): void {
    if (this.#rows.length > 0) onCommitted(new Set(this.#rows.map((row) => row.bucket)));
    for (const callback of this.#callbacks) {
      try {
        callback();
      } catch (error) {
        logger.error({ err: error }, 'a callback after a commit failed');
      }
    }
  }
}

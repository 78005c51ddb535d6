import type { Knex } from 'knex';
import type { Logger } from 'pino';
import { pause } from '../pause.ts';
import { purgeInbox } from './inbox-table.ts';

/** Topics keep 7 days, and nothing older can come again. */
const KEPT_DAYS = 8;
const PURGE_INTERVAL_MS = 10 * 60_000;
const ROWS_AT_ONCE = 1_000;
/** Between deletions, so that they never weigh on anything. */
const BREATHER_MS = 50;

/** Deletes old rows in the background. Returns the function that ends it. */
export function purgeInBackground(db: Knex, logger: Logger): () => void {
  const stopping = new AbortController();
  void keepPurging(db, logger, stopping.signal);
  return () => stopping.abort();
}

async function keepPurging(db: Knex, logger: Logger, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    // Instances started together don't purge together.
    await pause(PURGE_INTERVAL_MS * (0.5 + Math.random()), signal);
    try {
      while (!signal.aborted && (await purgeInbox(db, KEPT_DAYS, ROWS_AT_ONCE)) === ROWS_AT_ONCE) {
        await pause(BREATHER_MS, signal);
      }
    } catch (error) {
      logger.debug({ err: error }, 'the inbox could not be purged; next time');
    }
  }
}

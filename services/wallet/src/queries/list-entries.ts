import type { PageQuery } from '@frontrow/contracts/primitives';
import { decodeCursor, toPage } from '@frontrow/service-kit/pages';
import type { Database } from '@frontrow/service-kit/postgres';
import { z } from 'zod';
import { type LedgerRow, readEntries } from '../store/ledger.ts';

/** The entry number that the page before ended with: entries made meanwhile shift nothing. */
const Position = z.int32().min(1);

const toItem = (row: LedgerRow) => ({
  id: row.id,
  kind: row.kind,
  amountWon: row.amount_won,
  balanceWon: row.balance_won,
  paymentId: row.payment_id,
  createdAt: row.created_at.toISOString(),
});

/** A page of a user's ledger, newest first. @throws ILLEGAL_ARGUMENTS for a cursor that isn't one */
export const listEntries =
  (db: Database) =>
  async (userId: string, { cursor, limit }: z.output<typeof PageQuery>) => {
    const rows = await readEntries(db, { userId, before: decodeCursor(Position, cursor), limit: limit + 1 });
    return toPage(rows, limit, (row) => row.entry_number, toItem);
  };

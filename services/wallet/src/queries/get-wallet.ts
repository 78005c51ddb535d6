import type { Wallet } from '@frontrow/contracts/wallet';
import type { Database } from '@frontrow/service-kit/postgres';
import type { z } from 'zod';
import { readBalance } from '../store/wallets.ts';

/** A user's points: 0 until the first charge. */
export const getWallet =
  (db: Database) =>
  async (userId: string): Promise<z.input<typeof Wallet>> => ({ userId, balanceWon: await readBalance(db, userId) });

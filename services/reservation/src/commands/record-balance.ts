import type { Message } from '@frontrow/contracts/message';
import type { pointsCharged, pointsDebited, pointsRefunded } from '@frontrow/contracts/wallet';
import type { UnitOfWork } from '@frontrow/messaging/transact';
import { saveBalance } from '../store/balances.ts';

type LedgerEntry = typeof pointsCharged | typeof pointsDebited | typeof pointsRefunded;

/** Follows the wallets' balances, for concerts that look at them before a hold. */
export const recordBalance = ({ data }: Message<LedgerEntry>, { trx }: UnitOfWork): Promise<void> =>
  saveBalance(trx, data);

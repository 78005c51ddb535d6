import type { Message } from '@frontrow/contracts/message';
import type { tokenExpired } from '@frontrow/contracts/queue';
import type { UnitOfWork } from '@frontrow/messaging/transact';
import { saveSpentToken } from '../store/spent-tokens.ts';

/** A place in line is over: its passes hold nothing any more, though their signature may still be good. */
export const spendToken = ({ data }: Message<typeof tokenExpired>, { trx }: UnitOfWork): Promise<void> =>
  saveSpentToken(trx, data);

import type { performanceScheduled } from '@frontrow/contracts/concert';
import type { Message } from '@frontrow/contracts/message';
import type { UnitOfWork } from '@frontrow/messaging/transact';
import { insertPerformance } from '../store/performances.ts';

/** Learns what can be held, at which price and under which policies. */
export const recordPerformance = ({ data }: Message<typeof performanceScheduled>, { trx }: UnitOfWork): Promise<void> =>
  insertPerformance(trx, data);

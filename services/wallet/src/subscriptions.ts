import * as wallet from '@frontrow/contracts/wallet';
import { onCommand, type Subscription } from '@frontrow/messaging/subscription';
import { debitPoints } from './commands/debit-points.ts';
import { refundPoints } from './commands/refund-points.ts';

export const subscriptions: Subscription[] = [
  onCommand(wallet.debitPoints, debitPoints),
  onCommand(wallet.refundPoints, refundPoints),
];

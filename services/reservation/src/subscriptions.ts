import { performanceScheduled } from '@frontrow/contracts/concert';
import { paymentCompleted } from '@frontrow/contracts/payment';
import { tokenExpired } from '@frontrow/contracts/queue';
import * as reservation from '@frontrow/contracts/reservation';
import { pointsCharged, pointsDebited, pointsRefunded } from '@frontrow/contracts/wallet';
import { on, onCommand, type Subscription } from '@frontrow/messaging/subscription';
import { cancelReservation } from './commands/cancel-reservation.ts';
import { confirmReservation } from './commands/confirm-reservation.ts';
import type { issueTickets } from './commands/issue-tickets.ts';
import { recordBalance } from './commands/record-balance.ts';
import { recordPerformance } from './commands/record-performance.ts';
import { reopenReservation } from './commands/reopen-reservation.ts';
import { spendToken } from './commands/spend-token.ts';

export interface Handlers {
  readonly issueTickets: ReturnType<typeof issueTickets>;
}

export const subscriptions = (handlers: Handlers): Subscription[] => [
  onCommand(reservation.confirmReservation, confirmReservation),
  onCommand(reservation.reopenReservation, reopenReservation),
  onCommand(reservation.cancelReservation, cancelReservation),
  on(paymentCompleted, handlers.issueTickets),
  on(performanceScheduled, recordPerformance),
  on(tokenExpired, spendToken),
  on(pointsCharged, recordBalance),
  on(pointsDebited, recordBalance),
  on(pointsRefunded, recordBalance),
];

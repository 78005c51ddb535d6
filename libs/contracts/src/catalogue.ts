import * as concert from './concert.ts';
import type { AnyMessageType } from './message.ts';
import * as payment from './payment.ts';
import * as queue from './queue.ts';
import * as reservation from './reservation.ts';
import type { AnyRoute } from './route.ts';
import * as wallet from './wallet.ts';

const isMessage = (value: unknown): value is AnyMessageType =>
  typeof value === 'object' && value !== null && 'kind' in value && 'topic' in value;

/** Every message type, replies after the command they answer. */
export const allMessages: readonly AnyMessageType[] = [queue, concert, reservation, wallet, payment]
  .flatMap((owner) => Object.values(owner as Record<string, unknown>).filter(isMessage))
  .flatMap((message) => ('reply' in message ? [message, message.reply as AnyMessageType] : [message]));

/** Every HTTP operation of the five services. */
export const allRoutes: readonly AnyRoute[] = [
  queue.queueRoutes,
  concert.concertRoutes,
  reservation.reservationRoutes,
  wallet.walletRoutes,
  payment.paymentRoutes,
].flatMap((routes) => Object.values(routes) as AnyRoute[]);

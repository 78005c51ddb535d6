import { concertAnnounced, performanceScheduled } from '@frontrow/contracts/concert';
import { allMessages } from '@frontrow/contracts/catalogue';
import type { AnyMessageType } from '@frontrow/contracts/message';
import { paymentCompleted } from '@frontrow/contracts/payment';
import { expireToken, roomChanged, tokenExpired } from '@frontrow/contracts/queue';
import * as reservation from '@frontrow/contracts/reservation';
import { type ServiceName, services } from '@frontrow/contracts/route';
import * as wallet from '@frontrow/contracts/wallet';

const reservationEvents = {
  taken: [reservation.seatsHeld, reservation.reservationReopened],
  paid: [reservation.reservationConfirmed, reservation.ticketsIssued],
  freed: [reservation.holdExpired, reservation.holdReleased, reservation.reservationCancelled],
};

/** Which messages each service reads; its `subscriptions.ts` says what it does with them. */
export const messagesReadBy: Readonly<Record<ServiceName, readonly AnyMessageType[]>> = {
  queue: [concertAnnounced, expireToken, ...reservationEvents.taken, ...reservationEvents.freed],
  concert: [
    ...reservationEvents.taken,
    ...reservationEvents.paid,
    ...reservationEvents.freed,
    roomChanged,
    tokenExpired,
  ],
  reservation: [
    reservation.confirmReservation,
    reservation.reopenReservation,
    reservation.cancelReservation,
    paymentCompleted,
    performanceScheduled,
    tokenExpired,
    wallet.pointsCharged,
    wallet.pointsDebited,
    wallet.pointsRefunded,
  ],
  wallet: [wallet.debitPoints, wallet.refundPoints],
  payment: allMessages.filter(({ kind }) => kind === 'reply'),
};

export const readersOf = (message: AnyMessageType): ServiceName[] =>
  services.filter((service) => messagesReadBy[service].some(({ type }) => type === message.type));

/** Events and replies come from the service in their type's name; commands from the saga. */
export const senderOf = ({ kind, type }: AnyMessageType): ServiceName => {
  const owner = type.split('.')[1] as ServiceName;
  return kind === 'command' ? 'payment' : owner;
};

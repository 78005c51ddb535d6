import { roomChanged, tokenExpired } from '@frontrow/contracts/queue';
import * as reservation from '@frontrow/contracts/reservation';
import { on, type Subscription } from '@frontrow/messaging/subscription';
import type { Clock } from '@frontrow/service-kit/clock';
import { changeRoom } from './commands/change-room.ts';
import { freeSeats } from './commands/free-seats.ts';
import { spendToken } from './commands/spend-token.ts';
import { takeSeats } from './commands/take-seats.ts';
import { confirmed, held, issued } from './domain/seat-state.ts';

export const subscriptions = ({ clock }: { clock: Clock }): Subscription[] => [
  on(reservation.seatsHeld, takeSeats(held)),
  on(reservation.reservationReopened, takeSeats(held)),
  on(reservation.reservationConfirmed, takeSeats(confirmed)),
  on(reservation.ticketsIssued, takeSeats(issued)),
  on(reservation.holdExpired, freeSeats),
  on(reservation.holdReleased, freeSeats),
  on(reservation.reservationCancelled, freeSeats),
  on(roomChanged, changeRoom),
  on(tokenExpired, spendToken(clock)),
];

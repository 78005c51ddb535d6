import { concertAnnounced } from '@frontrow/contracts/concert';
import * as queue from '@frontrow/contracts/queue';
import * as reservation from '@frontrow/contracts/reservation';
import { onRedis, type RedisSubscription } from '@frontrow/messaging/redis';
import type { expireToken } from './commands/expire-token.ts';
import type { openRoom } from './commands/open-room.ts';
import type { releaseSlot } from './commands/release-slot.ts';
import type { stretchSlotForHold, stretchSlotForReopenedHold } from './commands/stretch-slot.ts';

export interface Handlers {
  readonly openRoom: ReturnType<typeof openRoom>;
  readonly expireToken: ReturnType<typeof expireToken>;
  readonly stretchSlotForHold: ReturnType<typeof stretchSlotForHold>;
  readonly stretchSlotForReopenedHold: ReturnType<typeof stretchSlotForReopenedHold>;
  readonly releaseSlot: ReturnType<typeof releaseSlot>;
}

export const subscriptions = (handlers: Handlers): RedisSubscription[] => [
  onRedis(concertAnnounced, handlers.openRoom),
  onRedis(queue.expireToken, handlers.expireToken),
  onRedis(reservation.seatsHeld, handlers.stretchSlotForHold),
  onRedis(reservation.reservationReopened, handlers.stretchSlotForReopenedHold),
  onRedis(reservation.holdExpired, handlers.releaseSlot),
  onRedis(reservation.holdReleased, handlers.releaseSlot),
  onRedis(reservation.reservationCancelled, handlers.releaseSlot),
];

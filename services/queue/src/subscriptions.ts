import { concertAnnounced } from '@frontrow/contracts/concert';
import { expireToken as expireTokenCommand } from '@frontrow/contracts/queue';
import {
  holdExpired,
  holdReleased,
  reservationCancelled,
  reservationReopened,
  seatsHeld,
} from '@frontrow/contracts/reservation';
import { onRedis, type RedisSubscription } from '@frontrow/messaging/redis';
import { expireToken } from './commands/expire-token.ts';
import { openRoom } from './commands/open-room.ts';
import { releaseSlot } from './commands/release-slot.ts';
import { stretchSlotForHold, stretchSlotForReopenedHold } from './commands/stretch-slot.ts';
import type { Lines } from './store/lines.ts';

export const subscriptions = (dependencies: { lines: Lines; defaultCapacity: number }): RedisSubscription[] => [
  onRedis(concertAnnounced, openRoom(dependencies)),
  onRedis(expireTokenCommand, expireToken(dependencies)),
  onRedis(seatsHeld, stretchSlotForHold(dependencies)),
  onRedis(reservationReopened, stretchSlotForReopenedHold(dependencies)),
  onRedis(holdExpired, releaseSlot(dependencies)),
  onRedis(holdReleased, releaseSlot(dependencies)),
  onRedis(reservationCancelled, releaseSlot(dependencies)),
];

import type { Message } from '@frontrow/contracts/message';
import type { roomChanged } from '@frontrow/contracts/queue';
import type { UnitOfWork } from '@frontrow/messaging/transact';
import { saveRoomMode } from '../store/rooms.ts';

/** Follows the waiting room of a concert: with the mode `off`, its seat maps are public. */
export const changeRoom = ({ data }: Message<typeof roomChanged>, uow: UnitOfWork): Promise<void> =>
  saveRoomMode(uow.trx, data.concertId, data.mode);

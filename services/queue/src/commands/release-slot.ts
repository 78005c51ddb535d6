import type { Message } from '@frontrow/contracts/message';
import type { holdExpired, holdReleased, reservationCancelled } from '@frontrow/contracts/reservation';
import type { Lines } from '../store/lines.ts';

type HoldIsOver = typeof holdExpired | typeof holdReleased | typeof reservationCancelled;

/** A hold is over: the slot lasts no longer for its sake. */
export const releaseSlot =
  ({ lines }: { lines: Lines }) =>
  ({ data }: Message<HoldIsOver>): Promise<void> =>
    lines.release({ concertId: data.concertId, userId: data.userId, tokenId: data.queueTokenId }, data.reservationId);

import type { Message } from '@frontrow/contracts/message';
import type { holdReleased } from '@frontrow/contracts/reservation';
import type { Lines } from '../store/lines.ts';

/** hold-expired, hold-released and reservation-cancelled say the same. */
type HoldIsOver = typeof holdReleased;

/** A hold is over: the slot lasts no longer for its sake. */
export const releaseSlot =
  ({ lines }: { lines: Lines }) =>
  ({ data }: Message<HoldIsOver>): Promise<void> =>
    lines.release({ concertId: data.concertId, userId: data.userId, tokenId: data.queueTokenId }, data.reservationId);

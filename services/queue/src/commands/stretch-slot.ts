import type { Message } from '@frontrow/contracts/message';
import type { reservationReopened, seatsHeld } from '@frontrow/contracts/reservation';
import type { Lines, TokenRef } from '../store/lines.ts';

/** A hold runs: the slot lasts at least as long, or ends here, where the concert's policy says so. */
export const stretchSlotForHold =
  ({ lines }: { lines: Lines }) =>
  ({ data }: Message<typeof seatsHeld>): Promise<void> =>
    lines.hold(tokenOf(data), {
      reservationId: data.reservationId,
      endsAtMs: Date.parse(data.holdExpiresAt),
      spendsToken: data.expireTokenOn === 'hold',
    });

/** A payment failed and the hold runs again. */
export const stretchSlotForReopenedHold =
  ({ lines }: { lines: Lines }) =>
  ({ data }: Message<typeof reservationReopened>): Promise<void> =>
    lines.hold(tokenOf(data), {
      reservationId: data.reservationId,
      endsAtMs: Date.parse(data.holdExpiresAt),
      spendsToken: false,
    });

const tokenOf = (data: { concertId: string; userId: string; queueTokenId: string }): TokenRef => ({
  concertId: data.concertId,
  userId: data.userId,
  tokenId: data.queueTokenId,
});

import type { concertAnnounced } from '@frontrow/contracts/concert';
import type { Message } from '@frontrow/contracts/message';
import type { Lines } from '../store/lines.ts';

const PASS_SECONDS = 600;
const CLAIM_SECONDS = 60;

/** A concert gets its waiting room; one that has it keeps it as it is. */
export const openRoom =
  ({ lines, defaultCapacity }: { lines: Lines; defaultCapacity: number }) =>
  ({ data }: Message<typeof concertAnnounced>): Promise<void> =>
    lines.openRoom(data.concertId, {
      mode: 'open',
      capacity: defaultCapacity,
      passSeconds: PASS_SECONDS,
      claimSeconds: CLAIM_SECONDS,
    });

import { problem } from '@frontrow/service-kit/problem';
import type { Answer } from '@frontrow/service-kit/route-handler';
import type { Lines, RoomSettings } from '../store/lines.ts';
import { withinLagOf } from '@frontrow/service-kit/within-lag';

export interface ChangeRoom {
  readonly concertId: string;
  /** What is left out keeps its value. */
  readonly change: Partial<RoomSettings>;
  readonly changedBy: string;
}

/** Steers a waiting room; where the change makes room, people come in at once. @throws CONCERT_NOT_FOUND */
export const changeRoom =
  ({ lines }: { lines: Lines }) =>
  async ({ concertId, change, changedBy }: ChangeRoom): Promise<Answer> => {
    const room = await withinLagOf(
      () => lines.changeRoom(concertId, change, changedBy),
      (seen) => seen !== undefined,
    );
    if (room === undefined) throw problem('CONCERT_NOT_FOUND');
    return { status: 200, body: room };
  };

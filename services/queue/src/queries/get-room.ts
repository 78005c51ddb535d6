import { problem } from '@frontrow/service-kit/problem';
import type { Answer } from '@frontrow/service-kit/route-handler';
import type { Lines } from '../store/lines.ts';
import { withinLagOf } from '@frontrow/service-kit/within-lag';

/** Settings and counts of a concert's waiting room. @throws CONCERT_NOT_FOUND */
export const getRoom =
  ({ lines }: { lines: Lines }) =>
  async (concertId: string): Promise<Answer> => {
    const room = await withinLagOf(
      () => lines.room(concertId),
      (seen) => seen !== undefined,
    );
    if (room === undefined) throw problem('CONCERT_NOT_FOUND');
    return { status: 200, body: room };
  };

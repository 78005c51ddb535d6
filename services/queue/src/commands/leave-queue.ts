import { problem } from '@frontrow/service-kit/problem';
import type { Answer } from '@frontrow/service-kit/route-handler';
import type { Lines } from '../store/lines.ts';
import type { Tokens } from '../tokens.ts';

export interface LeaveQueue {
  readonly userId: string;
  readonly queueToken: string;
}

/** Gives up a place in line, or the slot, which goes to the next at once. @throws INVALID_TOKEN */
export const leaveQueue =
  ({ lines, tokens }: { lines: Lines; tokens: Tokens }) =>
  async ({ userId, queueToken }: LeaveQueue): Promise<Answer> => {
    const { concertId, number } = await tokens.verify(queueToken, userId);
    const hasLeft = await lines.leave(concertId, userId, number);
    if (!hasLeft) throw problem('INVALID_TOKEN', { detail: 'The place in line is over.' });
    return { status: 204 };
  };

import { problem } from '@frontrow/service-kit/problem';
import type { Answer } from '@frontrow/service-kit/route-handler';
import { placeAnswer } from '../place-answer.ts';
import type { Lines } from '../store/lines.ts';
import type { Tokens } from '../tokens.ts';
import { withinLagOf } from '@frontrow/service-kit/within-lag';

const RETRY_AFTER_SECONDS = 30;

export interface JoinQueue {
  readonly userId: string;
  readonly concertId: string;
}

/**
 * A place at the end of the line, or inside if there is room and nobody waits; whoever has a place keeps it.
 * @throws CONCERT_NOT_FOUND, QUEUE_CLOSED
 */
export const joinQueue =
  ({ lines, tokens }: { lines: Lines; tokens: Tokens }) =>
  async ({ userId, concertId }: JoinQueue): Promise<Answer> => {
    const joined = await withinLagOf(
      () => lines.join(concertId, userId),
      ({ kind }) => kind !== 'unknown',
    );
    switch (joined.kind) {
      case 'unknown':
        throw problem('CONCERT_NOT_FOUND');
      case 'closed':
        throw problem('QUEUE_CLOSED', { retryAfterSeconds: RETRY_AFTER_SECONDS });
      case 'placed': {
        const { body } = await placeAnswer(tokens, joined.place, { userId, concertId });
        return { status: joined.isNew ? 201 : 200, body };
      }
      default:
        return joined satisfies never;
    }
  };

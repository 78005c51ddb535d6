import { problem } from '@frontrow/service-kit/problem';
import type { Answer } from '@frontrow/service-kit/route-handler';
import { placeAnswer } from '../place-answer.ts';
import type { Lines } from '../store/lines.ts';
import type { Tokens } from '../tokens.ts';

export interface PollQueue {
  readonly userId: string;
  readonly queueToken: string;
}

/** Where the holder of a token stands; a turn that has come is claimed by asking. @throws INVALID_TOKEN */
export const pollQueue =
  ({ lines, tokens }: { lines: Lines; tokens: Tokens }) =>
  async ({ userId, queueToken }: PollQueue): Promise<Answer> => {
    const verified = tokens.verify(queueToken, userId);
    const claims = verified instanceof Promise ? await verified : verified;
    const { concertId, number } = claims;
    const place = await lines.poll(concertId, userId, number);
    if (place === undefined) throw problem('INVALID_TOKEN', { detail: 'The place in line is over.' });
    const presented = { token: queueToken, claims };
    return { status: 200, ...(await placeAnswer(tokens, place, { userId, concertId, presented })) };
  };

import type { Message } from '@frontrow/contracts/message';
import type { expireToken as expireTokenCommand } from '@frontrow/contracts/queue';
import type { Lines } from '../store/lines.ts';

/** Whoever has paid needs the slot no more. The reply is written in the same step; a repeated command does nothing. */
export const expireToken =
  ({ lines }: { lines: Lines }) =>
  ({ id, data, correlationId }: Message<typeof expireTokenCommand>): Promise<void> =>
    lines.expire(data, { id, paymentId: data.paymentId, correlationId });

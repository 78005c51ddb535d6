import { queueRoutes } from '@frontrow/contracts/queue';
import { type BoundRoute, handle } from '@frontrow/service-kit/route-handler';
import type { changeRoom } from './commands/change-room.ts';
import type { joinQueue } from './commands/join-queue.ts';
import type { leaveQueue } from './commands/leave-queue.ts';
import type { getRoom } from './queries/get-room.ts';
import type { pollQueue } from './queries/poll-queue.ts';

export interface UseCases {
  readonly joinQueue: ReturnType<typeof joinQueue>;
  readonly pollQueue: ReturnType<typeof pollQueue>;
  readonly leaveQueue: ReturnType<typeof leaveQueue>;
  readonly getRoom: ReturnType<typeof getRoom>;
  readonly changeRoom: ReturnType<typeof changeRoom>;
}

export const routes = (use: UseCases): BoundRoute[] => [
  handle(queueRoutes.joinQueue, ({ user, body }) => use.joinQueue({ userId: user.id, concertId: body.concertId })),
  handle(queueRoutes.pollQueue, ({ user, queueToken }) =>
    use.pollQueue({ userId: user.id, queueToken: queueToken as string }),
  ),
  handle(queueRoutes.leaveQueue, ({ user, queueToken }) =>
    use.leaveQueue({ userId: user.id, queueToken: queueToken as string }),
  ),
  handle(queueRoutes.getRoom, ({ params }) => use.getRoom(params.concertId)),
  handle(queueRoutes.changeRoom, ({ params, body, user }) =>
    use.changeRoom({ concertId: params.concertId, change: body, changedBy: user.id }),
  ),
];

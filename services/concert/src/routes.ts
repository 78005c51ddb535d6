import { concertRoutes } from '@frontrow/contracts/concert';
import { type BoundRoute, handle } from '@frontrow/service-kit/route-handler';
import type { announceConcert } from './commands/announce-concert.ts';
import type { schedulePerformance } from './commands/schedule-performance.ts';
import type { getConcert } from './queries/get-concert.ts';
import type { getSeats } from './queries/get-seats.ts';
import type { listConcerts } from './queries/list-concerts.ts';
import type { listPerformances } from './queries/list-performances.ts';

export interface UseCases {
  readonly listConcerts: ReturnType<typeof listConcerts>;
  readonly getConcert: ReturnType<typeof getConcert>;
  readonly listPerformances: ReturnType<typeof listPerformances>;
  readonly getSeats: ReturnType<typeof getSeats>;
  readonly announceConcert: ReturnType<typeof announceConcert>;
  readonly schedulePerformance: ReturnType<typeof schedulePerformance>;
}

export const routes = (use: UseCases): BoundRoute[] => [
  handle(concertRoutes.listConcerts, async ({ query }) => ({ status: 200, body: await use.listConcerts(query) })),
  handle(concertRoutes.getConcert, async ({ params }) => ({
    status: 200,
    body: await use.getConcert(params.concertId),
  })),
  handle(concertRoutes.listPerformances, async ({ params, query }) => ({
    status: 200,
    body: { items: await use.listPerformances({ ...params, ...query }) },
  })),
  handle(concertRoutes.getSeats, async ({ params, bearer, queueToken }) => {
    const { etag, body } = await use.getSeats({ ...params, bearer, queueToken });
    return { status: 200, headers: { ETag: etag }, body };
  }),
  handle(concertRoutes.announceConcert, ({ user, body, idempotencyKey }) =>
    use.announceConcert({ operatorId: user.id, concert: body, idempotencyKey }),
  ),
  handle(concertRoutes.schedulePerformance, ({ user, params, body, idempotencyKey }) =>
    use.schedulePerformance({ operatorId: user.id, performance: { ...params, ...body }, idempotencyKey }),
  ),
];

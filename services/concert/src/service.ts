import { type Clock, systemClock } from '@frontrow/service-kit/clock';
import { docsRouter } from '@frontrow/service-kit/docs-router';
import type { Logger } from '@frontrow/service-kit/logger';
import { createPassVerifier } from '@frontrow/service-kit/pass';
import { createPostgresService, type Service } from '@frontrow/service-kit/postgres-service';
import { migrations } from '../migrations/index.ts';
import { announceConcert } from './commands/announce-concert.ts';
import { schedulePerformance } from './commands/schedule-performance.ts';
import type { Config } from './config.ts';
import { getConcert } from './queries/get-concert.ts';
import { getSeats } from './queries/get-seats.ts';
import { listConcerts } from './queries/list-concerts.ts';
import { listPerformances } from './queries/list-performances.ts';
import { createSeatMaps } from './queries/seat-maps.ts';
import { routes } from './routes.ts';
import { subscriptions } from './subscriptions.ts';

export interface Overrides {
  readonly logger?: Logger;
  readonly clock?: Clock;
}

/** The wiring of the service; tests build it through this with overrides. */
export const createService = (config: Config, { logger, clock = systemClock }: Overrides = {}): Service =>
  createPostgresService({
    name: 'concert',
    config,
    migrations,
    logger,
    build: ({ db, transact }) => ({
      routes: routes({
        listConcerts: listConcerts(db),
        getConcert: getConcert(db),
        listPerformances: listPerformances({ db, clock, timeZone: config.timeZone }),
        getSeats: getSeats({
          db,
          passes: createPassVerifier({ jwksUrl: config.queueJwksUrl }),
          seatMaps: createSeatMaps({ db, clock }),
        }),
        announceConcert: announceConcert({ transact, clock }),
        schedulePerformance: schedulePerformance(transact),
      }),
      subscriptions: subscriptions({ clock }),
      extra: docsRouter(),
    }),
  });

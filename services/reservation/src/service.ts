import { type Clock, systemClock } from '@frontrow/service-kit/clock';
import type { Logger } from '@frontrow/service-kit/logger';
import { createPassVerifier } from '@frontrow/service-kit/pass';
import { type PeriodicTask, periodically } from '@frontrow/service-kit/periodically';
import { createPostgresService, type Service, type World } from '@frontrow/service-kit/postgres-service';
import { migrations } from '../migrations/index.ts';
import { expireDueHolds } from './commands/expire-holds.ts';
import { holdSeats } from './commands/hold-seats.ts';
import { issueTickets } from './commands/issue-tickets.ts';
import { releaseHold } from './commands/release-hold.ts';
import type { Config } from './config.ts';
import { getReservation } from './queries/get-reservation.ts';
import { listReservations } from './queries/list-reservations.ts';
import { routes } from './routes.ts';
import { balances } from './store/balances.ts';
import { cachedPerformances } from './store/performances.ts';
import { reservationReader } from './store/reservations.ts';
import { purgeSpentTokens } from './store/spent-tokens.ts';
import { purgeUndonePayments } from './store/undone-payments.ts';
import { subscriptions } from './subscriptions.ts';
import { turnstile } from './turnstile.ts';

export interface Overrides {
  readonly logger?: Logger;
  readonly clock?: Clock;
  readonly sweepEveryMs?: number;
}

const SWEEP_EVERY_MS = 500;
const PURGE_EVERY_MS = 60_000;
/** Of the pool, by holds: for the saga's commands, the sweeper and everybody who only looks. */
const CONNECTIONS_KEPT_FREE = 3;
/** Some seconds' worth of refusals for one instance; whoever comes then is better told to come again. */
const MAX_WAITING_HOLDS = 2_000;

/** The wiring of the service; tests build it through this with overrides. */
export const createService = (
  config: Config,
  { logger, clock = systemClock, sweepEveryMs = SWEEP_EVERY_MS }: Overrides = {},
): Service =>
  createPostgresService({
    name: 'reservation',
    config,
    migrations,
    logger,
    build: (world) => {
      const { db, transact } = world;
      const reservations = reservationReader(db);
      const places = Math.max(1, config.databasePoolSize - CONNECTIONS_KEPT_FREE);
      const inTurn = turnstile({ places, maxWaiting: MAX_WAITING_HOLDS });
      return {
        routes: routes({
          holdSeats: holdSeats({
            transact: (work) => inTurn(() => transact(work)),
            performances: cachedPerformances(db),
            balances: balances(db),
            passes: createPassVerifier({ jwksUrl: config.queueJwksUrl }),
            clock,
          }),
          listReservations: listReservations(reservations),
          getReservation: getReservation(reservations),
          releaseHold: releaseHold(transact),
        }),
        subscriptions: subscriptions({ issueTickets: issueTickets(world.logger) }),
        tasks: tasks(world, sweepEveryMs).map((task) => () => periodically(task)),
      };
    },
  });

const tasks = ({ db, transact, logger }: World, sweepEveryMs: number): PeriodicTask[] => [
  {
    name: 'expire holds',
    everyMs: sweepEveryMs,
    run: expireDueHolds({ reservations: reservationReader(db), transact }),
    logger,
  },
  { name: 'purge spent tokens', everyMs: PURGE_EVERY_MS, run: () => purgeSpentTokens(db), logger },
  { name: 'purge undo marks', everyMs: PURGE_EVERY_MS, run: () => purgeUndonePayments(db), logger },
];

import type { Logger } from '@frontrow/service-kit/logger';
import { createPostgresService, type Service } from '@frontrow/service-kit/postgres-service';
import { migrations } from '../migrations/index.ts';
import { chargePoints } from './commands/charge-points.ts';
import type { Config } from './config.ts';
import { getWallet } from './queries/get-wallet.ts';
import { listEntries } from './queries/list-entries.ts';
import { routes } from './routes.ts';
import { subscriptions } from './subscriptions.ts';

export interface Overrides {
  readonly logger?: Logger;
}

/** The wiring of the service; tests build it through this with overrides. */
export const createService = (config: Config, { logger }: Overrides = {}): Service =>
  createPostgresService({
    name: 'wallet',
    config,
    migrations,
    logger,
    build: ({ db, transact }) => ({
      routes: routes({
        getWallet: getWallet(db),
        chargePoints: chargePoints(transact),
        listEntries: listEntries(db),
      }),
      subscriptions,
    }),
  });

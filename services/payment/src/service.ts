import { createSagaRunner } from '@frontrow/saga/runner';
import type { Logger } from '@frontrow/service-kit/logger';
import { periodically } from '@frontrow/service-kit/periodically';
import { createPostgresService, type Service } from '@frontrow/service-kit/postgres-service';
import { migrations } from '../migrations/index.ts';
import { requestPayment } from './commands/request-payment.ts';
import type { Config } from './config.ts';
import { createPaymentEndings } from './payment-endings.ts';
import { purchaseSaga } from './purchase-saga.ts';
import { getPayment } from './queries/get-payment.ts';
import { getTimeline } from './queries/get-timeline.ts';
import { listPayments } from './queries/list-payments.ts';
import { routes } from './routes.ts';
import { paymentReader } from './store/payments.ts';
import { subscriptions } from './subscriptions.ts';

export interface Overrides {
  readonly logger?: Logger;
  readonly clock?: () => Date;
}

const SWEEP_EVERY_MS = 1_000;

/** The wiring of the service; tests build it through this with overrides. */
export const createService = (config: Config, overrides: Overrides = {}): Service =>
  createPostgresService({
    name: 'payment',
    config,
    migrations,
    logger: overrides.logger,
    build: ({ db, transact, logger }) => {
      const payments = paymentReader(db);
      const endings = createPaymentEndings(payments.find);
      const saga = createSagaRunner({
        definition: purchaseSaga(endings),
        transact,
        db,
        logger,
        ...(overrides.clock === undefined ? {} : { clock: overrides.clock }),
      });
      return {
        routes: routes({
          requestPayment: requestPayment({ transact, saga, endings, payments }),
          listPayments: listPayments(payments),
          getPayment: getPayment(payments),
          getTimeline: getTimeline(payments, saga),
        }),
        subscriptions: subscriptions(saga),
        tasks: [
          ({ signals }) => ({ stop: endings.connect(signals) }),
          () => periodically({ name: 'sweep sagas', everyMs: SWEEP_EVERY_MS, run: saga.sweep, logger }),
        ],
      };
    },
  });

import { Router } from 'express';
import { collectDefaultMetrics, Histogram, Registry, register as processRegistry } from 'prom-client';

export interface Metrics {
  readonly registry: Registry;
  /** @param route the route's id, never a URL: labels must stay few. */
  observeRequest(route: string, method: string, status: number, seconds: number): void;
}

/**
 * The metrics of one service. A registry of its own, so that tests may run several services in one process;
 * what libraries register with prom-client's own registry is shown as well.
 */
export const createMetrics = (): Metrics => {
  const registry = new Registry();
  const duration = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the request’s headers to its answer.',
    labelNames: ['route', 'method', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 3, 10],
    registers: [registry],
  });
  return {
    registry,
    observeRequest: (route, method, status, seconds) => duration.observe({ route, method, status }, seconds),
  };
};

let processMetricsStarted = false;

/** GET /metrics in Prometheus' text format. */
export const metricsRouter = ({ registry }: Metrics): Router => {
  if (!processMetricsStarted) {
    processMetricsStarted = true;
    collectDefaultMetrics({ register: processRegistry });
  }
  const router = Router();
  router.get('/metrics', async (_request, response) => {
    const shown = Registry.merge([processRegistry, registry]);
    response.set('content-type', shown.contentType).send(await shown.metrics());
  });
  return router;
};

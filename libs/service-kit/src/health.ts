import { Router } from 'express';

export interface CheckResult {
  readonly ok: boolean;
  readonly detail?: string;
}
export type Check = () => CheckResult | Promise<CheckResult>;

export interface Health {
  /** What must work for this instance to take requests: its database, its messaging. */
  addCheck(name: string, check: Check): void;
  /** Start-up is over. */
  markReady(): void;
  /** Shutdown has begun: readiness is off for good. */
  markStopping(): void;
  readiness(): Promise<{ ready: boolean; checks: Record<string, CheckResult> }>;
}

const CHECK_TIMEOUT_MS = 2_000;

export const createHealth = (checks: Record<string, Check> = {}): Health => {
  const all = new Map(Object.entries(checks));
  let phase: 'starting' | 'running' | 'stopping' = 'starting';

  return {
    addCheck: (name, check) => void all.set(name, check),
    markReady: () => {
      if (phase === 'starting') phase = 'running';
    },
    markStopping: () => {
      phase = 'stopping';
    },
    async readiness() {
      const names = [...all.keys()];
      const results = await Promise.all([...all.values()].map(runCheck));
      const named = Object.fromEntries(names.map((name, index) => [name, results[index] as CheckResult]));
      const state = { ok: phase === 'running', detail: phase };
      return { ready: state.ok && results.every(({ ok }) => ok), checks: { process: state, ...named } };
    },
  };
};

const runCheck = async (check: Check): Promise<CheckResult> => {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<CheckResult>((resolve) => {
    timer = setTimeout(resolve, CHECK_TIMEOUT_MS, { ok: false, detail: `no answer in ${CHECK_TIMEOUT_MS} ms` });
  });
  try {
    return await Promise.race([check(), timeout]);
  } catch (error) {
    return { ok: false, detail: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
  }
};

/** `/livez` says that the process runs, `/readyz` that it can serve; the gateway routes neither. */
export const healthRouter = (health: Health): Router => {
  const router = Router();
  router.get('/livez', (_request, response) => {
    response.set('cache-control', 'no-store').json({ status: 'alive' });
  });
  router.get('/readyz', async (_request, response) => {
    const { ready, checks } = await health.readiness();
    response.set('cache-control', 'no-store');
    response.status(ready ? 200 : 503).json({ status: ready ? 'ready' : 'not ready', checks });
  });
  return router;
};

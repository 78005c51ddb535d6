import type { ServiceName } from '@frontrow/contracts/route';
import { ConfigError } from './config.ts';
import { createLogger, type Logger } from './logger.ts';

export interface Running {
  stop(): Promise<void>;
}

export interface ServiceProcess {
  readonly name: ServiceName;
  /** Reads the configuration, builds the service and resolves once it serves. */
  readonly start: () => Promise<Running>;
}

const SHUTDOWN_MS = 10_000;
/** sysexits.h EX_CONFIG: restarting will not help. */
const EXIT_CONFIG = 78;

/**
 * The life of a service process: start, serve, and on SIGTERM or SIGINT stop within 10 s. A signal while it
 * starts, or a second one, ends it at once: nothing depends on a clean end. What nobody caught is logged and ends
 * the process too: its state can't be trusted.
 */
export const runService = async ({ name, start }: ServiceProcess): Promise<void> => {
  const logger = createLogger(name, process.env.LOG_LEVEL || 'info');
  process.on('uncaughtException', (err, origin) => {
    logger.fatal({ err, origin }, 'nobody caught this');
    process.exit(1);
  });
  let onSignal = (signal: string): void => {
    logger.info({ signal }, 'stopped while starting');
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => onSignal(signal));

  const running = await start().catch((error: unknown) => failToStart(error, logger));
  onSignal = (signal) => {
    logger.info({ signal }, 'stopping');
    onSignal = () => process.exit(1);
    void stopInTime(running, logger);
  };
  logger.info('started');
};

const failToStart = (error: unknown, logger: Logger): never => {
  if (error instanceof ConfigError) {
    process.stderr.write(`${error.problems.join('\n')}\n`);
    process.exit(EXIT_CONFIG);
  }
  logger.fatal({ err: error }, 'could not start');
  process.exit(1);
};

const stopInTime = async (running: Running, logger: Logger): Promise<never> => {
  setTimeout(() => {
    logger.error({ shutdownMs: SHUTDOWN_MS }, 'did not stop in time');
    process.exit(1);
  }, SHUTDOWN_MS).unref();
  try {
    await running.stop();
  } catch (error) {
    logger.error({ err: error }, 'failed while stopping');
    process.exit(1);
  }
  logger.info('stopped');
  process.exit(0);
};

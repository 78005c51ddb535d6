import { join } from 'node:path';
import type { ServiceName } from '@frontrow/contracts/route';
import { compileCacheDir, projectDir } from './layout.ts';
import type { ProcessSpec } from './processes.ts';

/** Which services keep their truth in PostgreSQL. */
export const servicesWithDatabase: readonly ServiceName[] = ['concert', 'reservation', 'wallet', 'payment'];

export const databaseOf = (service: ServiceName): string => `frontrow_${service}`;

export const mainFileOf = (service: ServiceName): string => join(projectDir, 'services', service, 'src', 'main.ts');

/**
 * A young generation of a quarter of the default size: 30 MB less per idle service.
 * The image sets the same.
 */
const MEMORY_OPTIONS = '--max-semi-space-size=4';

export interface ServiceEnvironment {
  /** By service; queue has none. */
  databaseUrls: Partial<Record<ServiceName, string>>;
  kafkaBrokers: string;
  redisUrl: string;
  oidcIssuer: string;
  oidcJwksUrl: string;
  queueJwksUrl: string;
  /** What a caller sets on top, e.g. LOG_LEVEL. */
  extra: NodeJS.ProcessEnv;
}

/** One instance of a service as a process of its own, on a port of its own. */
export function serviceSpec(
  service: ServiceName,
  instance: number,
  port: number,
  environment: ServiceEnvironment,
): ProcessSpec {
  return {
    name: `${service}-${instance}`,
    command: process.execPath,
    args: [mainFileOf(service)],
    cwd: projectDir,
    env: {
      ...inherited(),
      NODE_ENV: 'production',
      NODE_COMPILE_CACHE: compileCacheDir,
      NODE_OPTIONS: MEMORY_OPTIONS,
      HOST: '127.0.0.1',
      PORT: String(port),
      KAFKA_BROKERS: environment.kafkaBrokers,
      REDIS_URL: environment.redisUrl,
      DATABASE_URL: environment.databaseUrls[service],
      OIDC_ISSUER: environment.oidcIssuer,
      OIDC_JWKS_URL: environment.oidcJwksUrl,
      QUEUE_JWKS_URL: environment.queueJwksUrl,
      ...environment.extra,
    },
    stopOrder: 2,
    stopWithinMs: 12_000,
  };
}

/** Ours, without what is meant for npm, for this process or for the test runner. */
export const inherited = (): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_OPTIONS$|NODE_CHANNEL|JEST_|TEST_)/.test(name)),
  );

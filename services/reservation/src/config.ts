import { baseConfig, loadConfig } from '@frontrow/service-kit/config';
import { postgresServiceConfig } from '@frontrow/service-kit/postgres-service';
import { z } from 'zod';

const schema = z.object({ ...postgresServiceConfig, ...baseConfig.queueKeys });
export type Config = z.output<typeof schema>;

/** @throws ConfigError */
export const readConfig = (environment: NodeJS.ProcessEnv): Config => loadConfig(schema, environment);

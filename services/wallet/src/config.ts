import { loadConfig } from '@frontrow/service-kit/config';
import { postgresServiceConfig } from '@frontrow/service-kit/postgres-service';
import { z } from 'zod';

const schema = z.object(postgresServiceConfig);

export type Config = z.output<typeof schema>;

export const readConfig = (environment: NodeJS.ProcessEnv): Config => loadConfig(schema, environment);

import { baseConfig, loadConfig } from '@frontrow/service-kit/config';
import { z } from 'zod';

const schema = z.object({
  ...baseConfig.http,
  ...baseConfig.kafka,
  ...baseConfig.postgres,
  ...baseConfig.oidc,
  ...baseConfig.queueKeys,
  /** Rate limits only: shared by the instances where it is set, counted by each where it isn't. */
  redisUrl: baseConfig.redis.redisUrl.optional(),
  redisNamespace: baseConfig.redis.redisNamespace,
});
export type Config = z.output<typeof schema>;

/** @throws ConfigError */
export const readConfig = (environment: NodeJS.ProcessEnv): Config => loadConfig(schema, environment);

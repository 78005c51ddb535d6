import { baseConfig, loadConfig } from '@frontrow/service-kit/config';
import { postgresServiceConfig } from '@frontrow/service-kit/postgres-service';
import { z } from 'zod';

/** A name that Node and PostgreSQL understand alike; of an offset such as +09:00 they disagree about the sign. */
const isTimeZone = (name: string): boolean => {
  if (!/^[A-Z]/i.test(name)) return false;
  try {
    Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
};

const schema = z.object({
  ...postgresServiceConfig,
  ...baseConfig.queueKeys,
  /** Where a day begins and ends for `?date=`. */
  timeZone: z.string().refine(isTimeZone, 'must be an IANA time zone such as Asia/Seoul').default('Asia/Seoul'),
});
export type Config = z.output<typeof schema>;

export const readConfig = (environment: NodeJS.ProcessEnv): Config => loadConfig(schema, environment);

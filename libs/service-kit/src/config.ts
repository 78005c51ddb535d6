import { z } from 'zod';

/** The environment is wrong. `problems` holds one sentence a variable; runService prints them and exits with 78. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

const whole = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d+$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((value) => value >= min && value <= max, `must be a whole number from ${min} to ${max}`);

const url = (schemes: readonly string[]) =>
  z
    .string('is missing')
    .refine(
      (value) => URL.canParse(value) && schemes.includes(new URL(value).protocol),
      `must be a URL that starts with ${schemes.map((scheme) => `${scheme}//`).join(' or ')}`,
    );

const httpUrl = url(['http:', 'https:']);

const list = (value: string) =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

const hostAndPort = /^(\[[0-9a-fA-F:]+\]|[A-Za-z0-9._-]+):\d{1,5}$/;

const name = z
  .string()
  .regex(/^[A-Za-z0-9._-]*$/, 'may hold letters, digits, dots, underscores and hyphens only')
  .default('');

/**
 * The settings that services share, in groups. A key is its environment variable in camel case:
 * `kafkaBrokers` is read from KAFKA_BROKERS.
 */
export const baseConfig = {
  http: {
    port: whole(0, 65_535),
    host: z.string().default('127.0.0.1'),
    corsOrigins: z
      .string()
      .transform(list)
      .refine(
        (origins) => origins.every((origin) => URL.canParse(origin) && new URL(origin).origin === origin),
        'must be a comma list of origins such as https://tickets.example',
      )
      .default([]),
    logLevel: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
    rateLimits: z.enum(['on', 'off']).default('off'),
  },
  kafka: {
    kafkaBrokers: z
      .string('is missing')
      .transform(list)
      .refine(
        (brokers) => brokers.length > 0 && brokers.every((broker) => hostAndPort.test(broker)),
        'must be a comma list of host:port',
      ),
    kafkaNamespace: name,
    kafkaReplicationFactor: whole(1, 9).default(1),
  },
  postgres: {
    databaseUrl: url(['postgres:', 'postgresql:']),
    databasePoolSize: whole(1, 1_000).default(10),
  },
  redis: {
    redisUrl: url(['redis:', 'rediss:']),
    redisNamespace: name,
  },
  oidc: {
    oidcIssuer: httpUrl,
    oidcJwksUrl: httpUrl,
    oidcAudience: z.string().default('frontrow'),
  },
  queueKeys: {
    queueJwksUrl: httpUrl,
  },
};

const variableOf = (key: string): string => key.replace(/[A-Z]/g, '_$&').toUpperCase();

/**
 * Typed settings from the environment; an empty variable counts as unset.
 *
 *     const config = loadConfig(z.object({ ...baseConfig.http, ...baseConfig.kafka }), process.env)
 *
 * @throws ConfigError with every wrong variable, not only the first.
 */
export const loadConfig = <Shape extends z.core.$ZodLooseShape>(
  schema: z.ZodObject<Shape>,
  environment: NodeJS.ProcessEnv,
): z.output<z.ZodObject<Shape>> => {
  const keys = Object.keys(schema.shape);
  const input = Object.fromEntries(keys.map((key) => [key, environment[variableOf(key)] || undefined]));
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new ConfigError(
    parsed.error.issues.map((issue) => {
      const key = String(issue.path[0]);
      return input[key] === undefined
        ? `${variableOf(key)} is missing.`
        : `${variableOf(key)} ${sentence(issue)}, but it is ${shown(input[key])}.`;
    }),
  );
};

const sentence = (issue: z.core.$ZodIssue): string =>
  issue.code === 'invalid_value' ? `must be one of ${issue.values.join(', ')}` : issue.message;

/** Never a password. */
const shown = (value: string): string => JSON.stringify(value.replace(/\/\/[^/@]*@/, '//…@'));

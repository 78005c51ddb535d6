import { baseConfig, ConfigError, loadConfig } from '@frontrow/service-kit/config';
import type { JWK } from 'jose';
import { z } from 'zod';

const schema = z.object({
  ...baseConfig.http,
  ...baseConfig.kafka,
  ...baseConfig.redis,
  ...baseConfig.oidc,
  /** Capacity of a concert's waiting room until an operator sets it. */
  queueDefaultCapacity: z
    .string()
    .regex(/^\d{1,6}$/, 'must be a whole number from 0 to 999999')
    .transform(Number)
    .default(1000),
  queueSigningKey: z.string().optional(),
});

export interface Config extends Omit<z.output<typeof schema>, 'queueSigningKey'> {
  /**
   * Private Ed25519 keys: the first signs, all verify. Without them the instances make a key and share it through
   * Redis.
   */
  readonly signingKeys?: readonly JWK[];
}

/** @throws ConfigError */
export const readConfig = (environment: NodeJS.ProcessEnv): Config => {
  const { queueSigningKey, ...config } = loadConfig(schema, environment);
  return queueSigningKey === undefined ? config : { ...config, signingKeys: keysIn(queueSigningKey) };
};

const SigningKey = z.looseObject({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: z.string().min(1),
  d: z.string().min(1),
});

/** Not part of the schema, whose errors show the value: this one is a secret. */
const keysIn = (text: string): JWK[] => {
  try {
    const json = JSON.parse(text) as { keys?: unknown };
    return z
      .array(SigningKey)
      .min(1)
      .parse(json.keys ?? [json]);
  } catch {
    throw new ConfigError(['QUEUE_SIGNING_KEY must be a private Ed25519 key as a JWK, or a JWK set of such keys.']);
  }
};

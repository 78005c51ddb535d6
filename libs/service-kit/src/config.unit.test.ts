import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { baseConfig, ConfigError, loadConfig } from './config.ts';

const schema = z.object({
  ...baseConfig.http,
  ...baseConfig.kafka,
  ...baseConfig.postgres,
  ...baseConfig.redis,
  ...baseConfig.oidc,
  ...baseConfig.queueKeys,
});

const environment = {
  PORT: '8081',
  KAFKA_BROKERS: 'localhost:9092, [::1]:9093',
  DATABASE_URL: 'postgres://localhost/wallet',
  REDIS_URL: 'redis://localhost',
  OIDC_ISSUER: 'http://localhost:8080',
  OIDC_JWKS_URL: 'http://localhost:8080/jwks',
  QUEUE_JWKS_URL: 'http://localhost:8082/.well-known/jwks.json',
};

const problemsOf = (changes: Record<string, string>) => {
  try {
    loadConfig(schema, { ...environment, ...changes });
    return [];
  } catch (error) {
    return (error as ConfigError).problems;
  }
};

describe('configuration', () => {
  test('is typed, with defaults, and an empty variable is an unset one', () => {
    expect(
      loadConfig(schema, { ...environment, LOG_LEVEL: '', CORS_ORIGINS: 'https://a.example,http://localhost:3000' }),
    ).toEqual({
      port: 8081,
      host: '127.0.0.1',
      corsOrigins: ['https://a.example', 'http://localhost:3000'],
      logLevel: 'info',
      rateLimits: 'off',
      kafkaBrokers: ['localhost:9092', '[::1]:9093'],
      kafkaNamespace: '',
      kafkaReplicationFactor: 1,
      databaseUrl: 'postgres://localhost/wallet',
      databasePoolSize: 10,
      redisUrl: 'redis://localhost',
      redisNamespace: '',
      oidcIssuer: 'http://localhost:8080',
      oidcJwksUrl: 'http://localhost:8080/jwks',
      oidcAudience: 'frontrow',
      queueJwksUrl: 'http://localhost:8082/.well-known/jwks.json',
    });
  });

  test('every wrong variable gets one sentence, all at once', () => {
    expect(() => loadConfig(schema, {})).toThrow(ConfigError);
    expect(problemsOf({ PORT: '', KAFKA_BROKERS: '', LOG_LEVEL: 'loud' })).toEqual([
      'PORT is missing.',
      'LOG_LEVEL must be one of fatal, error, warn, info, debug, trace, silent, but it is "loud".',
      'KAFKA_BROKERS is missing.',
    ]);
  });

  test.each([
    ['PORT', '80 81'],
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['KAFKA_BROKERS', 'localhost'],
    ['KAFKA_BROKERS', ','],
    ['KAFKA_NAMESPACE', 'a b'],
    ['KAFKA_REPLICATION_FACTOR', '0'],
    ['DATABASE_URL', 'mysql://localhost/x'],
    ['DATABASE_URL', 'localhost'],
    ['DATABASE_POOL_SIZE', 'many'],
    ['REDIS_URL', 'http://localhost'],
    ['OIDC_ISSUER', 'ftp://x'],
    ['CORS_ORIGINS', '*'],
    ['CORS_ORIGINS', 'https://a.example/path'],
    ['RATE_LIMITS', 'maybe'],
  ])('%s=%s is wrong, and says what would be right', (name, value) => {
    const problems = problemsOf({ [name]: value });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(new RegExp(`^${name} (must|may) .+, but it is `));
  });

  test('a password in a URL is not repeated', () => {
    expect(problemsOf({ DATABASE_URL: 'mysql://me:secret@db/x' }).join()).not.toContain('secret');
  });
});

import { ConfigError } from '@frontrow/service-kit/config';
import { describe, expect, test } from '@jest/globals';
import { readConfig } from './config.ts';

const environment = {
  PORT: '8081',
  KAFKA_BROKERS: '127.0.0.1:9092',
  REDIS_URL: 'redis://127.0.0.1:6379',
  OIDC_ISSUER: 'http://127.0.0.1:8090',
  OIDC_JWKS_URL: 'http://127.0.0.1:8090/jwks',
};
const key = { kty: 'OKP', crv: 'Ed25519', x: 'public-part', d: 'private-part' };

describe('the settings', () => {
  test('have a capacity of 1000 and no key of their own unless told', () => {
    expect(readConfig(environment)).toMatchObject({ queueDefaultCapacity: 1000, port: 8081 });
    expect(readConfig(environment).signingKeys).toBeUndefined();
  });

  test('take one key or a set, the first of which signs', () => {
    const next = { ...key, kid: 'next' };
    expect(readConfig({ ...environment, QUEUE_SIGNING_KEY: JSON.stringify(key) }).signingKeys).toEqual([key]);
    const set = JSON.stringify({ keys: [next, key] });
    expect(readConfig({ ...environment, QUEUE_SIGNING_KEY: set }).signingKeys).toEqual([next, key]);
  });

  test('refuse a wrong key without showing it', () => {
    const secret = JSON.stringify({ ...key, crv: 'P-256' });
    const read = () => readConfig({ ...environment, QUEUE_SIGNING_KEY: secret });
    expect(read).toThrow(ConfigError);
    expect(read).toThrow(/QUEUE_SIGNING_KEY/);
    expect(read).not.toThrow(/private-part/);
  });
});

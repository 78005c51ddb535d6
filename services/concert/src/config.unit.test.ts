import { describe, expect, test } from '@jest/globals';
import { readConfig } from './config.ts';

const environment = {
  PORT: '8082',
  KAFKA_BROKERS: 'localhost:9092',
  DATABASE_URL: 'postgres://localhost/concert',
  OIDC_ISSUER: 'http://localhost:9000',
  OIDC_JWKS_URL: 'http://localhost:9000/jwks',
  QUEUE_JWKS_URL: 'http://localhost:8081/.well-known/jwks.json',
};

describe('the configuration', () => {
  test('counts days in Korea unless told otherwise', () => {
    expect(readConfig(environment).timeZone).toBe('Asia/Seoul');
    expect(readConfig({ ...environment, TIME_ZONE: 'Europe/Berlin' }).timeZone).toBe('Europe/Berlin');
  });
  test.each(['Asia/Soul', '+09:00', 'Korea Time'])('refuses %s as a time zone', (zone) => {
    expect(() => readConfig({ ...environment, TIME_ZONE: zone })).toThrow('TIME_ZONE must be an IANA time zone');
  });
});

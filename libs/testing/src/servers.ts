import { randomBytes } from 'node:crypto';
import pg from 'pg';

const required = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run the tests with "npm test", which starts the servers they need.`);
  return value;
};

const uniqueName = () => `t${randomBytes(5).toString('hex')}`;

async function asAdmin(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: required('TEST_POSTGRES_URL') });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** A new, empty database on the shared server. `drop` closes whatever is still connected to it. */
export async function createTestDatabase(): Promise<{ url: string; drop(): Promise<void> }> {
  const name = `frontrow_${uniqueName()}`;
  await asAdmin(`create database ${name}`);
  const url = new URL(required('TEST_POSTGRES_URL'));
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => asAdmin(`drop database if exists ${name} with (force)`) };
}

/** The shared broker and a prefix for topics and groups that no one else uses. */
export function testKafka(): { brokers: string[]; namespace: string } {
  return { brokers: required('TEST_KAFKA_BROKERS').split(','), namespace: `${uniqueName()}.` };
}

/** The shared Redis and a key prefix that no one else uses. */
export function testRedis(): { url: string; namespace: string } {
  return { url: required('TEST_REDIS_URL'), namespace: `${uniqueName()}:` };
}

import { describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { createTestDatabase, testKafka, testRedis } from './servers.ts';

describe('the servers of a test run', () => {
  test('a test database is empty, its own, and gone when dropped, whoever is connected', async () => {
    const database = await createTestDatabase();
    const client = new pg.Client({ connectionString: database.url });
    const dropped = new Promise((resolve) => client.on('error', resolve));
    await client.connect();
    const { rows } = await client.query("select count(*)::int as count from pg_class where relname = 'anything'");
    expect(rows).toEqual([{ count: 0 }]);
    await database.drop();
    await dropped;
    await expect(new pg.Client({ connectionString: database.url }).connect()).rejects.toThrow('does not exist');
  });

  test('no two namespaces are alike', () => {
    expect(testKafka().namespace).not.toBe(testKafka().namespace);
    expect(testRedis().namespace).not.toBe(testRedis().namespace);
  });
});

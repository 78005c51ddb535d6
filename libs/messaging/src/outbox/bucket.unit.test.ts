import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { BUCKETS, bucketOf } from './bucket.ts';

describe('buckets', () => {
  test('a key has the same bucket everywhere and for ever', () => {
    // Rows in a database hold these numbers: a change of the function would split keys over two relays.
    expect(
      ['mina', 'user-1', '019aa6f0-5c00-7000-8000-000000000001', '콘서트', ''].map(bucketOf),
    ).toMatchInlineSnapshot(`
[
  18,
  4,
  17,
  11,
  37,
]
`);
  });

  test('keys spread evenly', () => {
    const counts = new Array<number>(BUCKETS).fill(0);
    for (let index = 0; index < 48_000; index++) {
      const bucket = bucketOf(randomUUID());
      counts[bucket] = (counts[bucket] ?? 0) + 1;
    }
    expect(Math.min(...counts)).toBeGreaterThan(800);
    expect(Math.max(...counts)).toBeLessThan(1_200);
  });
});

import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { decodeCursor, encodeCursor, toPage } from './pages.ts';

const Position = z.object({ at: z.string(), id: z.string() });

test('a page says where the next one begins, and the last one that it is the last', () => {
  const rows = [1, 2, 3, 4];
  const page = toPage(
    rows.slice(0, 3),
    2,
    (row) => ({ at: 't', id: `${row}` }),
    (row) => `item ${row}`,
  );
  expect(page.items).toEqual(['item 1', 'item 2']);
  expect(decodeCursor(Position, page.next ?? undefined)).toEqual({ at: 't', id: '2' });
  expect(toPage(rows.slice(2), 2, String, String)).toEqual({ items: ['3', '4'], next: null });
  expect(toPage([], 2, String, String)).toEqual({ items: [], next: null });
});

test('no cursor is the first page', () => {
  expect(decodeCursor(Position, undefined)).toBeUndefined();
});

test.each(['', 'garbage', encodeCursor({ at: 1 }), encodeCursor(null), '"', '%00'])(
  '%j is no cursor of ours',
  (cursor) => {
    expect(() => decodeCursor(Position, cursor)).toThrow(expect.objectContaining({ code: 'ILLEGAL_ARGUMENTS' }));
  },
);

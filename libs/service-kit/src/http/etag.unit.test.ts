import { expect, test } from '@jest/globals';
import { etagOf, matchesEtag } from './etag.ts';

test('an ETag says whether the text is the same', () => {
  expect(etagOf('좌석')).toBe(etagOf('좌석'));
  expect(etagOf('좌석')).not.toBe(etagOf('좌석 '));
  expect(etagOf('좌석')).toMatch(/^W\/"[\w-]+"$/);
});

test.each([
  [undefined, false],
  ['"a"', true],
  ['W/"a"', true],
  ['"b", W/"a"', true],
  ['*', true],
  ['"b"', false],
  ['a', false],
  ['', false],
])('If-None-Match %s on W/"a": %s', (header, matches) => {
  expect(matchesEtag(header, 'W/"a"')).toBe(matches);
  expect(matchesEtag(header, '"a"')).toBe(matches);
});

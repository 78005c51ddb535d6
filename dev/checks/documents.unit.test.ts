import { describe, expect, test } from '@jest/globals';
import { checkDocuments } from './documents.ts';

const files = [
  'README.md',
  'docs/errors.md',
  'services/queue/README.md',
  'services/queue/src/routes.ts',
  'dev/start.mjs',
];
const gone = (document: string, text: string) =>
  checkDocuments(files.filter((file) => file === document || !file.endsWith('.md')).concat('docs/errors.md'), (file) =>
    file === document ? text.split('\n') : [],
  ).map(({ line, message }) => `${line}: ${message}`);

describe('documents that name files', () => {
  test.each([
    '`dev/start.mjs`',
    '[errors](docs/errors.md#codes)',
    '`services/queue/`',
    '`routes.ts`',
    '`GET /v1/wallet`',
  ])('%s is good', (text) => expect(gone('README.md', text)).toEqual([]));

  test.each(['`dev/stop.mjs`', '[errors](docs/failures.md)', '`services/quux/`', '`nowhere.ts`'])('%s is not', (text) =>
    expect(gone('README.md', `first\n${text}`)).toEqual([expect.stringMatching(/^2: names /)]),
  );

  test('a service’s README may leave out its own folder', () => {
    expect(gone('services/queue/README.md', 'See `src/routes.ts`.')).toEqual([]);
  });

  test('what stands in a block of code is not looked at', () => {
    expect(gone('README.md', '```\n`nowhere/at-all.ts`\n```')).toEqual([]);
  });
});

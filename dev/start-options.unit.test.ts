import { describe, expect, test } from '@jest/globals';
import { readStartOptions } from './start-options.ts';

describe('the options of npm start', () => {
  test('are port 8080, kept data and one of each service, unless told otherwise', () => {
    expect(readStartOptions([], {})).toEqual({ fresh: false, port: 8080, instances: {} });
    expect(readStartOptions(['--fresh'], { PORT: '9080', INSTANCES: 'reservation=2, queue=3' })).toEqual({
      fresh: true,
      port: 9080,
      instances: { reservation: 2, queue: 3 },
    });
  });

  test.each([
    [['--frehs'], {}, '--fresh'],
    [[], { PORT: 'http' }, 'PORT'],
    [[], { PORT: '70000' }, 'PORT'],
    [[], { INSTANCES: 'tickets=2' }, 'tickets=2'],
    [[], { INSTANCES: 'queue=0' }, 'queue=0'],
  ])('%j %j is refused with a sentence', (args, env, word) => {
    expect(() => readStartOptions(args, env)).toThrow(word);
  });
});

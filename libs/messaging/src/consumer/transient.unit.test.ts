import { describe, expect, test } from '@jest/globals';
import { isContention, isTransient } from './transient.ts';

const withCode = (code: string, message = 'an error') => Object.assign(new Error(message), { code });

describe('an error that will pass', () => {
  test.each([
    withCode('ECONNREFUSED'),
    withCode('57P01'),
    withCode('08006'),
    withCode('53300'),
    withCode('40P01'),
    new Error('Connection terminated unexpectedly'),
    new Error('Knex: Timeout acquiring a connection. The pool is probably full.'),
    new Error('LOADING Redis is loading the dataset in memory'),
    new AggregateError([withCode('ECONNREFUSED')], 'all addresses failed'),
    new Error('outer', { cause: withCode('ECONNRESET') }),
  ])('%s', (error) => expect(isTransient(error)).toBe(true));

  test.each([withCode('23505'), withCode('42P01'), new TypeError('x is not a function'), 'a string', undefined, null])(
    'is not %s',
    (error) => expect(isTransient(error)).toBe(false),
  );

  test('contention is worth another try at once', () => {
    expect(isContention(withCode('40001'))).toBe(true);
    expect(isContention(withCode('57P01'))).toBe(false);
  });
});

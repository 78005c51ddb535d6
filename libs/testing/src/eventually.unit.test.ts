import { describe, expect, test } from '@jest/globals';
import { eventually } from './eventually.ts';

describe('eventually', () => {
  test('returns the first answer that is there', async () => {
    let calls = 0;
    expect(await eventually(() => (++calls === 3 ? 'there' : undefined))).toBe('there');
    expect(calls).toBe(3);
  });

  test('takes a probe that throws for "not yet", and 0 for an answer', async () => {
    let calls = 0;
    const probe = () => {
      if (++calls < 2) throw new Error('not yet');
      return 0;
    };
    expect(await eventually(probe)).toBe(0);
  });

  test('says what it waited for, and why the last probe failed', async () => {
    const probe = () => {
      throw new Error('no such row');
    };
    const failure = await eventually(probe, { withinMs: 50, what: 'the ticket' }).catch((error: Error) => error);
    expect(failure).toMatchObject({
      message: 'Waited 50 ms in vain for the ticket',
      cause: { message: 'no such row' },
    });
  });
});

import { describe, expect, test } from '@jest/globals';
import { turnstile } from './turnstile.ts';

/** Work that ends when it is told to. */
const steps = (count: number) => {
  const entered: number[] = [];
  const ends = Array.from({ length: count }, () => Promise.withResolvers<number>());
  const work = (index: number) => () => {
    entered.push(index);
    return (ends[index] as (typeof ends)[number]).promise;
  };
  return { entered, end: (index: number) => ends[index]?.resolve(index), fail: fail(ends), work };
};
const fail = (ends: { reject: (error: Error) => void }[]) => (index: number) => ends[index]?.reject(new Error('boom'));

const everythingDue = () => new Promise(setImmediate);

describe('a turnstile', () => {
  test('lets so many in at once, and the others in the order they came', async () => {
    const { entered, end, work } = steps(4);
    const pass = turnstile({ places: 2, maxWaiting: 10 });
    const passed = [0, 1, 2, 3].map((index) => pass(work(index)));
    await everythingDue();
    expect(entered).toEqual([0, 1]);
    end(1);
    await everythingDue();
    expect(entered).toEqual([0, 1, 2]);
    end(0);
    end(2);
    end(3);
    expect(await Promise.all(passed)).toEqual([0, 1, 2, 3]);
  });

  test('gives the place of failed work to the next one', async () => {
    const { end, fail, work } = steps(2);
    const pass = turnstile({ places: 1, maxWaiting: 10 });
    const [failing, following] = [pass(work(0)), pass(work(1))];
    fail(0);
    await expect(failing).rejects.toThrow('boom');
    end(1);
    expect(await following).toBe(1);
  });

  test('turns away who would wait behind too many, and is open again afterwards', async () => {
    const { end, work } = steps(4);
    const pass = turnstile({ places: 1, maxWaiting: 1 });
    const passed = [pass(work(0)), pass(work(1))];
    await expect(pass(work(2))).rejects.toMatchObject({ code: 'UNAVAILABLE', retriable: true });
    end(0);
    end(1);
    await Promise.all(passed);
    end(3);
    expect(await pass(work(3))).toBe(3);
  });
});

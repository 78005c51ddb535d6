import { expect, test } from '@jest/globals';
import { eventually } from '@frontrow/testing/eventually';
import { silentLogger } from '@frontrow/testing/logger';
import { periodically } from './periodically.ts';

test('a task runs again after it failed, and not after it was stopped', async () => {
  let runs = 0;
  const task = periodically({
    name: 'test',
    everyMs: 1,
    logger: silentLogger(),
    run: async () => {
      runs += 1;
      if (runs === 1) throw new Error('once');
    },
  });
  await eventually(() => runs >= 3);
  await task.stop();
  const atStop = runs;
  await new Promise((resolve) => setImmediate(resolve));
  expect(runs).toBe(atStop);
});

test('stopping waits for the run that is under way', async () => {
  const gate = Promise.withResolvers<void>();
  let ended = false;
  const task = periodically({
    name: 'test',
    everyMs: 1,
    logger: silentLogger(),
    run: async () => {
      await gate.promise;
      ended = true;
    },
  });
  const stopped = task.stop();
  gate.resolve();
  await stopped;
  expect(ended).toBe(true);
});

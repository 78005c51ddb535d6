import { eventually } from '@frontrow/testing/eventually';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Messaging } from '../postgres.ts';
import { type Harness, startHarness } from '../testing/harness.ts';

describe('signals', () => {
  let harness: Harness;
  let instances: [Messaging, Messaging];

  beforeAll(async () => {
    harness = await startHarness();
    instances = [await harness.start(), await harness.start()];
  });
  afterAll(() => harness.stop());

  test('every instance hears a signal once, the sender too', async () => {
    const heard: string[] = [];
    const ends = instances.map(({ signals }, index) =>
      signals.subscribe('payments', (id) => heard.push(`${index}:${id}`)),
    );
    instances[0].signals.notify('payments', 'a:1');
    instances[1].signals.notify('payments', 'b');
    await eventually(() => heard.length >= 4);
    instances[0].signals.notify('payments', 'last');
    await eventually(() => heard.includes('1:last'));
    expect(heard.sort()).toEqual(['0:a:1', '0:b', '0:last', '1:a:1', '1:b', '1:last']);
    for (const end of ends) end();
  });

  test('a channel hears its own signals only, and nothing after its end', async () => {
    const heard: string[] = [];
    const end = instances[1].signals.subscribe('one', (payload) => heard.push(payload));
    const done: string[] = [];
    instances[1].signals.subscribe('done', (payload) => done.push(payload));
    instances[0].signals.notify('two', 'other');
    instances[0].signals.notify('one', 'mine');
    await eventually(() => heard.length > 0);
    end();
    instances[0].signals.notify('one', 'late');
    instances[0].signals.notify('done', 'yes');
    await eventually(() => done.length > 0);
    expect(heard).toEqual(['mine']);
  });

  test('signals survive the loss of the connections', async () => {
    const heard: string[] = [];
    instances[1].signals.subscribe('lost', (payload) => heard.push(payload));
    const sessions = () =>
      harness
        .db('pg_stat_activity')
        .where({ application_name: 'frontrow-relay-wallet' })
        .whereRaw('datname = current_database()')
        .pluck('pid');
    const killed: number[] = await sessions();
    await harness.db.raw('select pg_terminate_backend(pid) from unnest(?::int[]) as pid', [killed]);
    await eventually(async () => {
      const now = await sessions();
      return now.length === 2 && !now.some((pid) => killed.includes(pid)) && instances.every((one) => one.health().ok);
    });
    instances[0].signals.notify('lost', 'back');
    await eventually(() => heard.includes('back'));
  });

  test('a payload that PostgreSQL would refuse is an error of the caller', () => {
    expect(() => instances[0].signals.notify('payments', 'x'.repeat(8_000))).toThrow('too long');
    expect(() => instances[0].signals.notify('no spaces', 'x')).toThrow('not a name');
  });
});

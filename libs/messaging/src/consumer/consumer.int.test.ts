import { randomUUID } from 'node:crypto';
import { debitPoints, pointsCharged, pointsRefunded } from '@frontrow/contracts/wallet';
import { eventually } from '@frontrow/testing/eventually';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { register } from 'prom-client';
import type { Messaging } from '../postgres.ts';
import { on, onCommand, type Subscription } from '../subscription.ts';
import { charge, type Found, type Harness, rawCharge, startHarness } from '../testing/harness.ts';
import { MAX_TRIES } from './tries.ts';

const recorded = async (harness: Harness, userId: string): Promise<number[]> =>
  harness.db('effects').where({ user_id: userId }).orderBy('id').pluck('number');

describe('the consumer', () => {
  let harness: Harness;
  let deadLetters: Found[];
  let running: Messaging[] = [];
  /** What the handler of a charge does besides writing it down; by wallet. */
  const misbehaviours = new Map<string, (number: number) => void>();

  beforeAll(async () => {
    harness = await startHarness();
    await harness.db.raw('create table effects (id serial primary key, user_id text not null, number int not null)');
    deadLetters = await harness.follow('wallet.dlq');
  });
  beforeEach(() => misbehaviours.clear());
  afterEach(async () => {
    await Promise.all(running.map((messaging) => messaging.stop()));
    running = [];
  });
  afterAll(() => harness.stop());

  const record = on(pointsCharged, async ({ data }, { trx }) => {
    await trx('effects').insert({ user_id: data.userId, number: data.entryNumber });
    misbehaviours.get(data.userId)?.(data.entryNumber);
  });
  const start = async (subscriptions: Subscription[] = [record]) => {
    const messaging = await harness.start(subscriptions);
    running.push(messaging);
    return messaging;
  };
  const send = (...messages: ReturnType<typeof rawCharge>[]) => harness.produce('wallet.events', messages);
  const sent = (userId: string, count: number) =>
    send(...Array.from({ length: count }, (_, index) => rawCharge(userId, index + 1)));
  const handledAll = (userId: string, numbers: number[]) =>
    eventually(async () => JSON.stringify(await recorded(harness, userId)) === JSON.stringify(numbers), {
      withinMs: 20_000,
      what: `${numbers.join()} of ${userId}`,
    });

  test('a message delivered twice is handled once', async () => {
    await start();
    const message = rawCharge('twice', 1);
    await send(message, message);
    await send(message, rawCharge('twice', 2));
    await handledAll('twice', [1, 2]);
    const results = await register.getSingleMetric('frontrow_messages_handled_total')?.get();
    expect(results?.values.find(({ labels }) => labels.result === 'duplicate')?.value).toBeGreaterThanOrEqual(2);
  });

  test('a message handled before the service was restarted is not handled again', async () => {
    await start();
    const message = rawCharge('restart', 1);
    await send(message);
    await handledAll('restart', [1]);
    await running.pop()?.stop();
    await start();
    await send(message, rawCharge('restart', 2));
    await handledAll('restart', [1, 2]);
  });

  test('two instances of one service share the messages, each handled once and in order', async () => {
    await Promise.all([start(), start()]);
    const users = Array.from({ length: 30 }, (_, index) => `shared-${index}`);
    await send(...users.flatMap((userId) => [1, 2, 3].map((number) => rawCharge(userId, number))));
    for (const userId of users) await handledAll(userId, [1, 2, 3]);
  });

  test('a handler that fails twice and then works keeps the order, and leaves nothing of its failures', async () => {
    let failures = 0;
    misbehaviours.set('flaky', (number) => {
      if (number === 2 && failures++ < 3) throw new Error('not yet');
    });
    await start();
    await sent('flaky', 4);
    await handledAll('flaky', [1, 2, 3, 4]);
    expect(failures).toBe(4);
  });

  test('while a message is tried again, other partitions go on', async () => {
    let isBroken = true;
    misbehaviours.set('stuck', () => {
      if (isBroken) throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
    });
    await start();
    await sent('stuck', 2);
    const users = Array.from({ length: 40 }, (_, index) => `free-${index}`);
    await send(...users.map((userId) => rawCharge(userId, 1)));
    // All but those that share the partition of the one that is stuck.
    await eventually(async () => (await harness.db('effects').whereLike('user_id', 'free-%')).length >= 30);
    expect(await recorded(harness, 'stuck')).toEqual([]);
    isBroken = false;
    await handledAll('stuck', [1, 2]);
    for (const userId of users) await handledAll(userId, [1]);
  });

  test('a message whose handler never works goes to the dead letters, as it came, and its partition goes on', async () => {
    misbehaviours.set('poison', (number) => {
      if (number === 1) throw new TypeError('I never work');
    });
    await start();
    const poison = rawCharge('poison', 1);
    await send(poison, rawCharge('poison', 2));
    await handledAll('poison', [2]);
    const letter = await eventually(() => deadLetters.find(({ key }) => key === 'poison'));
    expect(letter).toMatchObject({ key: 'poison', value: poison.value });
    expect(letter.headers).toMatchObject({
      ...poison.headers,
      'dlq-reason': 'tries-exhausted',
      'dlq-error': expect.stringContaining('I never work'),
      'dlq-tries': String(MAX_TRIES),
      'dlq-topic': `${harness.settings.namespace}wallet.events`,
      'dlq-partition': expect.stringMatching(/^\d+$/),
      'dlq-offset': expect.stringMatching(/^\d+$/),
      'dlq-timestamp': expect.stringMatching(/^\d+$/),
      'dlq-group': `${harness.settings.namespace}wallet`,
    });
    // So that it can be sent again once the handler is mended.
    misbehaviours.clear();
    await send(poison);
    await handledAll('poison', [2, 1]);
  });

  test('what cannot be read goes to the dead letters at once, each with its reason', async () => {
    await start();
    const good = rawCharge('unreadable', 1);
    await send(
      { ...good, value: '{"not json' },
      { ...good, value: '{"userId":"unreadable"}' },
      { ...good, headers: {} },
      { ...good, headers: { ...good.headers, ce_type: 'frontrow.wallet.unheard-of.v1' } },
      rawCharge('unreadable', 2),
    );
    await handledAll('unreadable', [2]);
    const letters = await eventually(() => {
      const mine = deadLetters.filter(({ key }) => key === 'unreadable');
      return mine.length === 4 && mine;
    });
    expect(letters.map(({ headers }) => headers['dlq-reason'])).toEqual(Array(4).fill('unreadable'));
    const [notJson, notValid, noType, unknown] = letters.map(({ headers }) => headers['dlq-error']);
    expect(notJson).toContain('not JSON');
    expect(notValid).toContain("doesn't fit frontrow.wallet.points-charged.v1");
    expect(noType).toContain('ce_type is missing');
    expect(unknown).toContain('unknown type frontrow.wallet.unheard-of.v1');
  });

  test('a type that the service has no use for is passed over', async () => {
    await start();
    const other = { ...rawCharge('other', 1), value: '{}' };
    await send({ ...other, headers: { ...other.headers, ce_type: pointsRefunded.type } }, rawCharge('other', 2));
    await handledAll('other', [2]);
    expect(deadLetters.filter(({ key }) => key === 'other')).toEqual([]);
  });

  test('a command is answered by a reply that names it and keeps its flow', async () => {
    const replies = await harness.follow('payment.replies');
    await start([
      record,
      onCommand(debitPoints, async ({ data }) => ({
        paymentId: data.paymentId,
        outcome: 'done' as const,
        balanceWon: 12_000,
      })),
    ]);
    const paymentId = randomUUID();
    const id = randomUUID();
    const data = { paymentId, userId: 'buyer', amountWon: 1_000 };
    const headers = { ...rawCharge('buyer', 1, id).headers, ce_type: debitPoints.type, correlationid: paymentId };
    await harness.produce('wallet.commands', [{ key: 'buyer', value: JSON.stringify(data), headers }]);
    const reply = await eventually(() => replies.find(({ key }) => key === paymentId));
    expect(reply.headers).toMatchObject({
      ce_type: debitPoints.reply.type,
      ce_source: '/frontrow/wallet',
      causationid: id,
      correlationid: paymentId,
    });
    expect(JSON.parse(reply.value)).toEqual({ paymentId, outcome: 'done', balanceWon: 12_000 });
  });

  test('messages emitted by a handler that fails are not sent', async () => {
    const refunds = await harness.follow('wallet.events');
    let failures = 0;
    await start([
      on(pointsCharged, async ({ data }, uow) => {
        if (data.userId !== 'emitter') return;
        uow.emit(pointsRefunded, { ...charge(data.userId, data.entryNumber), paymentId: randomUUID() });
        await uow.trx('effects').insert({ user_id: data.userId, number: data.entryNumber });
        if (failures++ < 2) throw new Error('not yet');
      }),
    ]);
    await sent('emitter', 1);
    await handledAll('emitter', [1]);
    const count = () =>
      refunds.filter(({ headers, key }) => key === 'emitter' && headers.ce_type === pointsRefunded.type).length;
    await eventually(() => count() > 0);
    expect(count()).toBe(1);
  });

  test('lost database connections are waited out, however many tries it takes', async () => {
    let failures = 0;
    misbehaviours.set('outage', () => {
      if (failures++ < 3) throw Object.assign(new Error('terminating connection'), { code: '57P01' });
    });
    await start();
    await sent('outage', 2);
    await handledAll('outage', [1, 2]);
    expect(deadLetters.filter(({ key }) => key === 'outage')).toEqual([]);
  });
});

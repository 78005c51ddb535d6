import { pointsCharged } from '@frontrow/contracts/wallet';
import { eventually } from '@frontrow/testing/eventually';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Kafka as CloudEventsKafka } from 'cloudevents';
import { flow } from './context.ts';
import type { Messaging } from './postgres.ts';
import { charge, type Found, type Harness, numbersOf, outboxIsEmpty, startHarness } from './testing/harness.ts';
import type { UnitOfWork } from './transact.ts';

describe('transact', () => {
  let harness: Harness;
  let messaging: Messaging;
  let found: Found[];

  beforeAll(async () => {
    harness = await startHarness();
    await harness.db.raw('create table balances (user_id text primary key, won bigint not null check (won >= 0))');
    messaging = await harness.start();
    found = await harness.follow('wallet.events');
  });
  afterAll(() => harness.stop());

  const chargeWallet = (userId: string, won: number) =>
    messaging.transact(async (uow) => {
      uow.emit(pointsCharged, charge(userId, 1));
      await uow.trx('balances').insert({ user_id: userId, won });
    });

  test('a message is there if, and only if, its transaction committed', async () => {
    const users = Array.from({ length: 40 }, (_, index) => `user-${index}`);
    const results = await Promise.allSettled(
      users.map((userId, index) => chargeWallet(userId, index % 2 === 0 ? 1 : -1)),
    );
    expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(20);

    await outboxIsEmpty(harness.db);
    const committed = (await harness.db('balances').pluck<string[]>('user_id')).toSorted((a, b) => a.localeCompare(b));
    expect(committed).toHaveLength(20);
    await eventually(() => found.length >= 20, { what: '20 messages' });
    expect([...new Set(found.map(({ key }) => key))].toSorted((a, b) => String(a).localeCompare(String(b)))).toEqual(
      committed,
    );
  });

  test('a message is a CloudEvent that says what it is about and what it came from', async () => {
    const { id } = await flow.run(
      { correlationId: 'request-1', traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' },
      () => messaging.transact(async (uow) => uow.emit(pointsCharged, charge('ce', 7), { causationId: 'cause-1' })),
    );
    const message = await eventually(() => found.find(({ key }) => key === 'ce'));
    expect(message.headers).toEqual({
      ce_specversion: '1.0',
      ce_id: id,
      ce_type: 'frontrow.wallet.points-charged.v1',
      ce_source: '/frontrow/wallet',
      ce_subject: 'ce',
      ce_time: expect.stringMatching(/^\d{4}-.*Z$/),
      'content-type': 'application/json',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      correlationid: 'request-1',
      causationid: 'cause-1',
    });
    const event = CloudEventsKafka.toEvent({ ...message, body: message.value });
    expect(event).toMatchObject({ id, subject: 'ce', data: { userId: 'ce', entryNumber: 7 } });
  });

  test('a message that the database refuses takes the work down with it', async () => {
    await harness.db.raw("alter table outbox add constraint refuse check (key <> 'refused')");
    const work = messaging.transact(async (uow) => {
      await uow.trx('balances').insert({ user_id: 'refused', won: 1 });
      uow.emit(pointsCharged, charge('refused', 1));
    });
    await expect(work).rejects.toThrow('violates check constraint "refuse"');
    expect(await harness.db('balances').where({ user_id: 'refused' })).toEqual([]);
    await expect(chargeWallet('accepted', 1)).resolves.not.toThrow();
  });

  test('data that does not fit the schema is refused, and the work with it', async () => {
    const work = messaging.transact(async (uow) => {
      await uow.trx('balances').insert({ user_id: 'invalid', won: 1 });
      uow.emit(pointsCharged, { ...charge('invalid', 1), amountWon: -5 });
    });
    await expect(work).rejects.toThrow('its data is not valid');
    expect(await harness.db('balances').where({ user_id: 'invalid' })).toEqual([]);
  });

  test('a message too large for the broker is refused before the commit', async () => {
    const work = messaging.transact(async (uow) =>
      uow.emit(
        { ...pointsCharged, data: pointsCharged.data.loose() },
        {
          ...charge('large', 1),
          filler: 'x'.repeat(1_000_000),
        },
      ),
    );
    await expect(work).rejects.toThrow('bytes are more than');
  });

  test('a message emitted after the work ended is an error, not a loss', async () => {
    let kept: UnitOfWork | undefined;
    await messaging.transact(async (uow) => {
      kept = uow;
    });
    expect(() => kept?.emit(pointsCharged, charge('late', 1))).toThrow('after its unit of work had ended');
  });

  test('callbacks run after the commit, and never after a rollback', async () => {
    const calls: string[] = [];
    await messaging.transact(async (uow) => uow.afterCommit(() => calls.push('committed')));
    const failing = messaging.transact(async (uow) => {
      uow.afterCommit(() => calls.push('rolled back'));
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(calls).toEqual(['committed']);
  });

  test('messages of one transaction keep their order', async () => {
    await messaging.transact(async (uow) => {
      for (let number = 1; number <= 1_000; number++) uow.emit(pointsCharged, charge('ordered', number));
    });
    await eventually(() => numbersOf(found, 'ordered').length === 1_000);
    expect(numbersOf(found, 'ordered')).toEqual(Array.from({ length: 1_000 }, (_, index) => index + 1));
  });
});

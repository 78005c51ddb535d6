import { randomUUID } from 'node:crypto';
import { pointsCharged } from '@frontrow/contracts/wallet';
import { eventually } from '@frontrow/testing/eventually';
import { testRedis } from '@frontrow/testing/servers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { createRedisMessaging, onRedis, type RedisMessaging, type RedisSubscription } from '../redis.ts';
import { GatedPublisher } from '../testing/gated-publisher.ts';
import { charge, type Found, type Harness, numbersOf, rawCharge, startHarness } from '../testing/harness.ts';
import { StreamRelay } from './stream-relay.ts';
import { leaseKey } from './streams.ts';

describe('the outbox in Redis', () => {
  let harness: Harness;
  let redis: Redis;
  let found: Found[];
  let namespace: string;
  let running: RedisMessaging[] = [];
  let streamKeys: string[];

  beforeAll(async () => {
    harness = await startHarness();
    const { url, namespace: prefix } = testRedis();
    redis = new Redis(url);
    namespace = prefix;
    found = await harness.follow('wallet.events');
  });
  beforeEach(() => {
    streamKeys = ['a', 'b', 'c'].map((name) => `${namespace}{${name}-${randomUUID()}}:outbox`);
  });
  afterEach(async () => {
    await Promise.all(running.map((messaging) => messaging.stop()));
    running = [];
  });
  afterAll(async () => {
    await harness.stop();
    await redis.quit();
  });

  const start = async (subscriptions: RedisSubscription[] = []) => {
    const messaging = createRedisMessaging({
      service: 'queue',
      kafka: harness.settings,
      redis,
      namespace,
      logger: harness.settings.logger,
      subscriptions,
      streams: async () => streamKeys,
    });
    running.push(messaging);
    await messaging.start();
    return messaging;
  };
  /** As a service's Lua script does. */
  const write = async (streamKey: string, userId: string, number: number, more: Record<string, string> = {}) => {
    const fields = {
      id: randomUUID(),
      type: pointsCharged.type,
      key: userId,
      time: new Date().toISOString(),
      data: JSON.stringify(charge(userId, number)),
      ...more,
    };
    await redis.xadd(streamKey, '*', ...Object.entries(fields).flat());
    return fields;
  };
  const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
  const nothingIsLeft = async () => {
    for (const key of streamKeys) {
      await eventually(async () => (await redis.xlen(key)) === 0, { what: 'an empty stream' });
      await eventually(async () => (await redis.exists(leaseKey(key))) === 0, { what: 'no lease' });
    }
  };

  test('an entry becomes a CloudEvent with the id that the script gave it', async () => {
    const messaging = await start();
    const entry = await write(streamKeys[0] as string, 'entry', 1, { correlationid: 'flow-1', causationid: 'cause-1' });
    messaging.wake(streamKeys[0]);
    const message = await eventually(() => found.find(({ key }) => key === 'entry'));
    expect(message.value).toBe(entry.data);
    expect(message.headers).toEqual({
      ce_specversion: '1.0',
      ce_id: entry.id,
      ce_type: pointsCharged.type,
      ce_source: '/frontrow/queue',
      ce_subject: 'entry',
      ce_time: entry.time,
      'content-type': 'application/json',
      correlationid: 'flow-1',
      causationid: 'cause-1',
    });
    await nothingIsLeft();
  });

  test('three instances send the entries of each stream once and in order', async () => {
    const instances = [await start(), await start(), await start()];
    await Promise.all(
      streamKeys.map(async (streamKey, stream) => {
        for (const number of numbers(300)) {
          await write(streamKey, `stream-${stream}`, number);
          instances[number % 3]?.wake(streamKey);
        }
      }),
    );
    await nothingIsLeft();
    for (const stream of streamKeys.keys()) {
      await eventually(() => numbersOf(found, `stream-${stream}`).length >= 300);
      expect(numbersOf(found, `stream-${stream}`)).toEqual(numbers(300));
    }
  });

  test('what nobody was woken for is found soon', async () => {
    await write(streamKeys[1] as string, 'unnoticed', 1);
    await start();
    await write(streamKeys[2] as string, 'unnoticed-too', 1);
    await eventually(() => numbersOf(found, 'unnoticed').length + numbersOf(found, 'unnoticed-too').length === 2);
  });

  test('after stop() nothing written is left unsent', async () => {
    const messaging = await start();
    for (const number of numbers(500)) await write(streamKeys[0] as string, 'drained', number);
    await messaging.stop();
    expect(await redis.xlen(streamKeys[0] as string)).toBe(0);
  });

  test('an entry that makes no message goes to the dead letters, and those behind it go on', async () => {
    const deadLetters = await harness.follow('queue.dlq');
    await write(streamKeys[0] as string, 'malformed', 1, { type: 'frontrow.queue.unheard-of.v1' });
    await redis.xadd(streamKeys[0] as string, '*', 'what', 'ever');
    await write(streamKeys[0] as string, 'malformed', 3);
    const messaging = await start();
    messaging.wake();
    await eventually(() => numbersOf(found, 'malformed').includes(3));
    const letters = await eventually(() => deadLetters.length === 2 && deadLetters);
    expect(letters.map(({ headers }) => headers['dlq-error'])).toEqual([
      expect.stringContaining('unknown type frontrow.queue.unheard-of.v1'),
      expect.stringContaining('has no field type'),
    ]);
    await nothingIsLeft();
  });

  test('a relay that lost its lease while it slept sends nothing of what it had read, and deletes nothing', async () => {
    const [streamKey] = streamKeys as [string];
    const publisher = new GatedPublisher(harness.settings);
    publisher.shut();
    const frozen = new StreamRelay({
      service: 'queue',
      redis,
      streams: async () => [streamKey],
      publisher,
      logger: harness.settings.logger,
    });
    frozen.start();
    await write(streamKey, 'slept-on', 1);
    frozen.wake(streamKey);
    await publisher.reached;
    const openAtMs = performance.now() + 1_100;
    await redis.set(leaseKey(streamKey), 'another instance', 'PX', 60_000);
    await eventually(() => performance.now() > openAtMs);
    publisher.open();
    frozen.wake(streamKey);
    const stopped = frozen.stop();
    await stopped;
    expect(publisher.sends).toEqual([]);
    expect(await redis.xlen(streamKey)).toBe(1);

    await redis.del(leaseKey(streamKey));
    await start();
    await eventually(() => numbersOf(found, 'slept-on').length === 1);
    await publisher.close();
  });

  test('the relay goes on when Redis has forgotten its scripts', async () => {
    const messaging = await start();
    await redis.script('FLUSH');
    await write(streamKeys[0] as string, 'forgotten', 1);
    messaging.wake(streamKeys[0]);
    await eventually(() => numbersOf(found, 'forgotten').length === 1);
  });

  test('a message is handled at least once: one whose handler fails is tried again, in order', async () => {
    const seen: number[] = [];
    let failures = 0;
    await start([
      onRedis(pointsCharged, async ({ data }) => {
        if (data.userId !== 'handled') return;
        if (data.entryNumber === 2 && failures++ < 2) throw new Error('not yet');
        seen.push(data.entryNumber);
      }),
    ]);
    await harness.produce(
      'wallet.events',
      numbers(3).map((number) => rawCharge('handled', number)),
    );
    await eventually(() => seen.includes(3));
    expect(seen).toEqual([1, 2, 3]);
    expect(failures).toBe(3);
  });
});

import { silentLogger } from '@frontrow/testing/logger';
import { testKafka } from '@frontrow/testing/servers';
import { eventually } from '@frontrow/testing/eventually';
import { expect, test } from '@jest/globals';
import { createKafka, ensureTopics, topicName } from '../kafka.ts';
import { Publisher } from '../relay/publisher.ts';
import { GroupMember } from './group-member.ts';

test('a consumer that crashes is made anew and goes on where it was', async () => {
  const settings = { ...testKafka(), clientId: 'test', replicationFactor: 1, logger: silentLogger() };
  const kafka = createKafka(settings);
  await ensureTopics(kafka, settings);
  const values: string[] = [];
  let crashes = 0;
  const member = new GroupMember({
    kafka,
    groupId: topicName(settings, 'crashing'),
    topics: [topicName(settings, 'wallet.events')],
    handleBatch: async ({ batch, resolveOffset }) => {
      for (const { value, offset } of batch.messages) {
        // kafkajs holds a TypeError for final and stops for good.
        if (value?.toString() === '2' && crashes++ < 2) throw new TypeError('a bug');
        values.push(String(value));
        resolveOffset(offset);
      }
    },
    logger: settings.logger,
  });
  await member.start();
  const publisher = new Publisher(kafka, settings);
  const send = (value: string) => publisher.send([{ topic: 'wallet.events', key: 'k', value, headers: {} }]);
  await send('1');
  await eventually(() => values.length === 1);
  await send('2');
  await eventually(() => crashes === 1);
  await eventually(() => member.trouble !== undefined);
  await send('3');
  await eventually(() => values.includes('3'), { withinMs: 20_000 });
  expect(crashes).toBe(3);
  expect(member.trouble).toBeUndefined();
  // The first may come again, for its offset was not committed yet when the consumer crashed.
  expect([...new Set(values)]).toEqual(['1', '2', '3']);
  await member.stop();
  await publisher.close();
});

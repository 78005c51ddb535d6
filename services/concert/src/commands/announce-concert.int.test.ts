import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { concertAnnounced, performanceScheduled } from '@frontrow/contracts/concert';
import { createKafka, topicName } from '@frontrow/messaging/kafka';
import { newId } from '@frontrow/service-kit/ids';
import { eventually } from '@frontrow/testing/eventually';
import { silentLogger } from '@frontrow/testing/logger';
import { ConfigResourceTypes } from 'kafkajs';
import { type Concerts, startConcerts } from '../testing/start-concerts.ts';

const DEFAULT_POLICIES = {
  maxSeatsPerUser: 1,
  holdSeconds: 300,
  onFailedPayment: 'keep',
  expireTokenOn: 'payment',
  requireBalanceAtHold: false,
};
const CONCERT = { name: 'Winter Night', artist: 'The Frontrow Band' };
const PERFORMANCE = { name: 'Christmas Eve', performAt: '2026-12-24T10:00:00.000Z', priceWon: 88_000 };

describe('an operator', () => {
  let concerts: Concerts;
  beforeAll(async () => {
    concerts = await startConcerts();
  });
  afterAll(() => concerts?.stop());

  test('announces a concert, which gets the default policies', async () => {
    const { status, body, headers } = await concerts.operator.post('/v1/concerts', { body: CONCERT });
    expect(status).toBe(201);
    expect(body).toEqual({
      ...CONCERT,
      id: body.id,
      policies: DEFAULT_POLICIES,
      announcedAt: concerts.time.now.toISOString(),
    });
    expect((await concerts.anonymous().get(headers.get('location') as string)).body).toEqual(body);

    const event = await eventually(() => concerts.probe.seen(concertAnnounced).find(({ key }) => key === body.id));
    const { id: concertId, ...rest } = body;
    expect(event.data).toEqual({ concertId, ...rest });
  });

  test('announces a concert with policies of its own', async () => {
    const policies = { maxSeatsPerUser: 4, holdSeconds: 60, onFailedPayment: 'cancel', expireTokenOn: 'hold' };
    const { body } = await concerts.operator.post('/v1/concerts', { body: { ...CONCERT, policies } });
    expect(body.policies).toEqual({ ...policies, requireBalanceAtHold: false });
  });

  test('schedules a performance, of 50 seats unless told otherwise', async () => {
    const concertId = await concerts.announce({ policies: { maxSeatsPerUser: 2 } });
    const path = `/v1/concerts/${concertId}/performances`;
    const { status, body } = await concerts.operator.post(path, { body: PERFORMANCE });
    expect(status).toBe(201);
    expect(body).toEqual({ ...PERFORMANCE, id: body.id, concertId, totalSeats: 50, availableSeats: 50 });
    const event = await eventually(() => concerts.probe.seen(performanceScheduled).find(({ key }) => key === body.id));
    expect(event.data).toEqual({
      ...PERFORMANCE,
      performanceId: body.id,
      concertId,
      concertName: CONCERT.name,
      totalSeats: 50,
      policies: { ...DEFAULT_POLICIES, maxSeatsPerUser: 2 },
    });
    const large = await concerts.operator.post(path, { body: { ...PERFORMANCE, seats: 50_000 } });
    expect(large.body).toMatchObject({ totalSeats: 50_000, availableSeats: 50_000 });
  });

  test('announces on a topic that keeps the newest message of each key for ever', async () => {
    const settings = { ...concerts.kafka, clientId: 'test', replicationFactor: 1, logger: silentLogger() };
    const admin = createKafka(settings).admin();
    await admin.connect();
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: ConfigResourceTypes.TOPIC, name: topicName(settings, 'concert.events') }],
    });
    await admin.disconnect();
    const config = new Map(resources[0]?.configEntries.map(({ configName, configValue }) => [configName, configValue]));
    expect([config.get('cleanup.policy'), config.get('retention.ms')]).toEqual(['compact', '-1']);
  });

  test('says something twice under one Idempotency-Key, and it is done once', async () => {
    const headers = { 'idempotency-key': newId() };
    const answers = await Promise.all(
      [1, 2, 3].map(() => concerts.operator.post('/v1/concerts', { headers, body: { ...CONCERT, name: 'Once' } })),
    );
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    expect(await concerts.db('concerts').where({ name: 'Once' })).toHaveLength(1);

    const path = `/v1/concerts/${answers[0]?.body.id}/performances`;
    const key = { 'idempotency-key': newId() };
    const first = await concerts.operator.post(path, { headers: key, body: PERFORMANCE });
    expect((await concerts.operator.post(path, { headers: key, body: PERFORMANCE })).body).toEqual(first.body);
    expect(await concerts.operator.post(path, { headers: key, body: { ...PERFORMANCE, priceWon: 1 } })).toMatchObject({
      status: 422,
      body: { code: 'IDEMPOTENCY_KEY_REUSED' },
    });
  });

  test('can’t schedule a performance of a concert that isn’t there', async () => {
    expect(await concerts.operator.post(`/v1/concerts/${newId()}/performances`, { body: PERFORMANCE })).toMatchObject({
      status: 404,
      body: { code: 'CONCERT_NOT_FOUND' },
    });
  });

  test.each([
    ['a concert without name', '/v1/concerts', { artist: 'A' }],
    ['a name of blanks', '/v1/concerts', { ...CONCERT, name: '   ' }],
    ['a name with a line break', '/v1/concerts', { ...CONCERT, name: 'a\nb' }],
    ['a name that is too long', '/v1/concerts', { ...CONCERT, name: 'x'.repeat(201) }],
    ['an unknown policy', '/v1/concerts', { ...CONCERT, policies: { free: true } }],
    ['no seat per user', '/v1/concerts', { ...CONCERT, policies: { maxSeatsPerUser: 0 } }],
    ['no seats', 'performances', { ...PERFORMANCE, seats: 0 }],
    ['too many seats', 'performances', { ...PERFORMANCE, seats: 50_001 }],
    ['half a seat', 'performances', { ...PERFORMANCE, seats: 1.5 }],
    ['a negative price', 'performances', { ...PERFORMANCE, priceWon: -1 }],
    ['a time without zone', 'performances', { ...PERFORMANCE, performAt: '2026-12-24T19:00:00' }],
    ['a day that does not exist', 'performances', { ...PERFORMANCE, performAt: '2026-02-30T10:00:00Z' }],
  ])('is told that %s is not valid', async (_what, path, body) => {
    const concertId = await concerts.announce();
    const url = path === 'performances' ? `/v1/concerts/${concertId}/performances` : path;
    expect(await concerts.operator.post(url, { body })).toMatchObject({
      status: 400,
      body: { code: 'ILLEGAL_ARGUMENTS' },
    });
  });

  test('is the only one who may', async () => {
    const concertId = await concerts.announce();
    const buyer = await concerts.as('mina');
    const calls = [
      { path: '/v1/concerts', body: CONCERT },
      { path: `/v1/concerts/${concertId}/performances`, body: PERFORMANCE },
    ];
    for (const { path, body } of calls) {
      expect(await buyer.post(path, { body })).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
      expect(await concerts.anonymous().post(path, { body })).toMatchObject({
        status: 401,
        body: { code: 'UNAUTHENTICATED' },
      });
    }
  });
});

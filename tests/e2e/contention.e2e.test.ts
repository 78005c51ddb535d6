import { randomUUID } from 'node:crypto';
import { eventually } from '@frontrow/testing/eventually';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { Client, type Reply, tally } from './client.ts';
import { gatewayUrl } from './system.ts';

let client: Client;
beforeAll(() => {
  client = new Client(gatewayUrl());
});

/** All at once is what is meant, but sign-ins and joins needn't be: they are set-up. */
async function inBatches<T, R>(items: readonly T[], size: number, work: (item: T, index: number) => Promise<R>) {
  const results: R[] = [];
  for (let start = 0; start < items.length; start += size) {
    results.push(...(await Promise.all(items.slice(start, start + size).map((item, i) => work(item, start + i)))));
  }
  return results;
}

describe('under contention, over two instances of each service', () => {
  test('500 buyers reserve one seat at once: one has it, 499 are told that it is taken', async () => {
    const show = await client.announce();
    const names = Array.from({ length: 500 }, (_, i) => `crowd${i}`);
    const buyers = await inBatches(names, 50, (name) => client.signIn(name));
    const passes = await inBatches(buyers, 50, (buyer) => client.enter(buyer, show.concertId));
    const answers = await Promise.all(buyers.map((buyer, i) => client.hold(buyer, passes[i], show.performanceId, 25)));
    expect(tally(answers)).toEqual({ 201: 1, ALREADY_TAKEN: 499 });
  });

  test('50 charges at once under 25 keys, each sent twice: 25 entries and the right balance', async () => {
    const buyer = await client.signIn('saver');
    const keys = Array.from({ length: 25 }, () => randomUUID());
    const answers = await Promise.all([...keys, ...keys].map((key) => client.charge(buyer, 1_000, key)));
    expect(tally(answers)).toEqual({ 201: 50 });
    expect((await client.wallet(buyer)).body).toEqual({ userId: buyer.name, balanceWon: 25_000 });
    const entries = await client.call('GET', '/v1/wallet/entries?limit=100', { token: buyer.token });
    expect(entries.body.items).toHaveLength(25);
  });

  test('fifty buyers of fifty seats all get one, and every won is accounted for', async () => {
    const show = await client.announce();
    const buyers = await inBatches(
      Array.from({ length: 50 }, (_, i) => `fan${i}`),
      25,
      (name) => client.signIn(name),
    );
    const answers = await Promise.all(
      buyers.map(async (buyer, i) => {
        const pass = await client.enter(buyer, show.concertId);
        await client.charge(buyer, 60_000);
        const held = await client.hold(buyer, pass, show.performanceId, i + 1);
        return client.pay(buyer, held.body.id);
      }),
    );
    const ended = await Promise.all(answers.map((answer, i) => endOf(answer, buyers[i]?.token)));
    expect(tally(ended)).toEqual({ 200: 50 });
    expect(ended.every((payment) => payment.body.status === 'COMPLETED')).toBe(true);
    const balances = await Promise.all(buyers.map(async (buyer) => (await client.wallet(buyer)).body.balanceWon));
    expect(new Set(balances)).toEqual(new Set([10_000]));
    const late = await client.signIn('late');
    const pass = await client.enter(late, show.concertId);
    await eventually(async () => (await client.seats(late, pass, show.performanceId)).body.available.length === 0);
  });
});

/** Follows a 202 to its end. */
const endOf = (answer: Reply, token: string | undefined): Promise<Reply> =>
  eventually(
    async () => {
      const now = await client.call('GET', `/v1/payments/${answer.body.id}`, { token });
      return now.body.status !== 'PENDING' && now;
    },
    { withinMs: 20_000, what: 'the payment to end' },
  );

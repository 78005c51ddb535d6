import { randomUUID } from 'node:crypto';
import { eventually } from '@frontrow/testing/eventually';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { Client, type Person, type Reply } from './client.ts';
import { gatewayUrl, kill, restart } from './system.ts';

let client: Client;
beforeAll(() => {
  client = new Client(gatewayUrl());
});

/** As a patient client does: the same key again, while the answer is "not now". */
const payPersistently = (buyer: Person, reservationId: string, key: string): Promise<Reply> =>
  eventually(
    async () => {
      const answer = await client.pay(buyer, reservationId, key);
      return answer.status < 300 ? answer : undefined;
    },
    { withinMs: 60_000, what: `an answer to the payment of ${buyer.name}` },
  );

describe('when processes end', () => {
  test('reading goes on without an error while one of two instances is restarted', async () => {
    const buyer = await client.signIn('reader');
    const statuses: number[] = [];
    let isRestarting = true;
    const read = async () => {
      while (isRestarting) statuses.push((await client.call('GET', '/v1/reservations', { token: buyer.token })).status);
    };
    const readers = [read(), read(), read(), read()];
    await restart('reservation-1');
    isRestarting = false;
    await Promise.all(readers);
    expect(statuses.length).toBeGreaterThan(10);
    expect(new Set(statuses)).toEqual(new Set([200]));
  });

  test('payments under way end completed and are debited once, though kill -9 takes part of every service', async () => {
    const show = await client.announce();
    const purchases = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const buyer = await client.signIn('survivor');
        const pass = await client.enter(buyer, show.concertId);
        await client.charge(buyer, 60_000);
        const held = await client.hold(buyer, pass, show.performanceId, index + 1);
        return { buyer, reservationId: held.body.id as string, key: randomUUID() };
      }),
    );
    const answers = Promise.all(
      purchases.map(({ buyer, reservationId, key }) => payPersistently(buyer, reservationId, key)),
    );
    await Promise.all([kill('payment-1'), kill('reservation-2'), kill('queue-1'), kill('wallet-1')]);
    for (const [index, { body }] of (await answers).entries()) {
      const { buyer } = purchases[index] as (typeof purchases)[number];
      await eventually(
        async () => {
          const payment = await client.call('GET', `/v1/payments/${body.id}`, { token: buyer.token });
          return payment.body.status === 'COMPLETED';
        },
        { withinMs: 60_000, what: `the payment of ${buyer.name} to complete` },
      );
      expect((await client.wallet(buyer)).body.balanceWon).toBe(10_000);
    }
  }, 180_000);
});

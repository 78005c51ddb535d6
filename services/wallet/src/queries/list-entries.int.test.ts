import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '@frontrow/service-kit/ids';
import type { Api } from '@frontrow/testing/api';
import { startWallets } from '../testing/start-wallets.ts';

describe('a user’s wallet', () => {
  let wallets: Awaited<ReturnType<typeof startWallets>>;
  let mina: Api;
  beforeAll(async () => {
    wallets = await startWallets();
    mina = await wallets.as('mina');
  });
  afterAll(() => wallets?.stop());

  const charge = (user: Api, amountWon: number) =>
    user.post('/v1/wallet/charges', { body: { amountWon }, headers: { 'idempotency-key': newId() } });
  const page = async (query: string) => (await mina.get(`/v1/wallet/entries${query}`)).body;

  test('is empty at first', async () => {
    const newcomer = await wallets.as('newcomer');
    expect((await newcomer.get('/v1/wallet')).body).toEqual({ userId: 'newcomer', balanceWon: 0 });
    expect((await newcomer.get('/v1/wallet/entries')).body).toEqual({ items: [], next: null });
  });

  test('pages through its entries, newest first, without gap or repeat while new ones are made', async () => {
    for (let amountWon = 11; amountWon <= 15; amountWon++) await charge(mina, amountWon);
    const first = await page('?limit=2');
    expect(first.items).toMatchObject([
      { kind: 'CHARGE', amountWon: 15, balanceWon: 65, paymentId: null },
      { kind: 'CHARGE', amountWon: 14, balanceWon: 50 },
    ]);
    await charge(mina, 16);
    const second = await page(`?limit=2&cursor=${first.next}`);
    const third = await page(`?limit=2&cursor=${second.next}`);
    expect([...second.items, ...third.items].map(({ amountWon }) => amountWon)).toEqual([13, 12, 11]);
    expect(third.next).toBeNull();
    expect(Date.parse(first.items[0].createdAt)).toBeGreaterThanOrEqual(Date.parse(first.items[1].createdAt));
  });

  test.each(['limit=0', 'limit=101', 'limit=x', 'cursor=!!', 'cursor=MTAuNQ', 'cursor=eyJ4IjoxfQ', 'cursor=MWUzMDA'])(
    'refuses a page by %s',
    async (query) => {
      expect(await mina.get(`/v1/wallet/entries?${query}`)).toMatchObject({
        status: 400,
        body: { code: 'ILLEGAL_ARGUMENTS' },
      });
    },
  );

  test('is the caller’s own', async () => {
    const other = await wallets.as('other');
    await charge(other, 1_000);
    const { items } = (await other.get('/v1/wallet/entries?userId=mina')).body;
    expect(items.map(({ amountWon }: { amountWon: number }) => amountWon)).toEqual([1_000]);
    expect((await other.get('/v1/wallet')).body).toEqual({ userId: 'other', balanceWon: 1_000 });
    for (const path of ['/v1/wallet', '/v1/wallet/entries']) {
      expect(await wallets.anonymous().get(path)).toMatchObject({ status: 401, body: { code: 'UNAUTHENTICATED' } });
    }
  });
});

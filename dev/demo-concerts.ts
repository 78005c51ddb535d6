import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Trouble } from './infra/trouble.ts';
import { step } from './infra/say.ts';

interface DemoConcert {
  key: string;
  name: string;
  artist: string;
  performances: readonly { name: string; performAt: string; priceWon: number; seats?: number }[];
}

const demoConcerts: readonly DemoConcert[] = [
  {
    key: 'demo-winter-night',
    name: '겨울밤의 콘서트',
    artist: '앞줄 밴드',
    performances: [
      { name: '크리스마스이브', performAt: '2026-12-24T10:00:00.000Z', priceWon: 88_000 },
      { name: '크리스마스', performAt: '2026-12-25T08:00:00.000Z', priceWon: 99_000 },
    ],
  },
  {
    key: 'demo-year-end',
    name: '송년 오케스트라의 밤',
    artist: '한강 필하모닉',
    performances: [
      { name: '첫째 날', performAt: '2026-12-29T10:30:00.000Z', priceWon: 55_000, seats: 200 },
      { name: '둘째 날', performAt: '2026-12-30T10:30:00.000Z', priceWon: 55_000, seats: 200 },
      { name: '마지막 날', performAt: '2026-12-31T13:00:00.000Z', priceWon: 77_000, seats: 200 },
    ],
  },
  {
    key: 'demo-new-year',
    name: '새해 첫 무대',
    artist: '달빛 소나타',
    performances: [
      { name: '서울 공연', performAt: '2027-01-09T09:00:00.000Z', priceWon: 66_000 },
      { name: '부산 공연', performAt: '2027-01-16T09:00:00.000Z', priceWon: 60_000 },
    ],
  },
];

/**
 * On empty data, as an operator would, through the gateway. The fixed keys make a second attempt harmless. Done when the
 * waiting rooms are there as well: the news has gone through Kafka once.
 */
export async function announceDemoConcerts(gatewayUrl: string, dataDir: string): Promise<void> {
  const done = join(dataDir, 'demo-concerts-announced');
  if (existsSync(done)) return;
  await step('Announcing three demo concerts', async () => {
    const operator = await signIn(gatewayUrl);
    const concertIds: string[] = [];
    for (const concert of demoConcerts) concertIds.push(await announce(operator, concert));
    await Promise.all(concertIds.map((id) => call(operator, 'GET', `/v1/queue/concerts/${id}`)));
  });
  writeFileSync(done, '');
}

interface Operator {
  gatewayUrl: string;
  token: string;
}

async function signIn(gatewayUrl: string): Promise<Operator> {
  const form = { grant_type: 'password', username: 'operator', password: 'operator' };
  const response = await persistently(() =>
    fetch(`${gatewayUrl}/auth/token`, { method: 'POST', body: new URLSearchParams(form) }),
  );
  return { gatewayUrl, token: ((await response.json()) as { access_token: string }).access_token };
}

async function announce(operator: Operator, { key, name, artist, performances }: DemoConcert): Promise<string> {
  const { id } = await call(operator, 'POST', '/v1/concerts', key, { name, artist });
  for (const [index, performance] of performances.entries())
    await call(operator, 'POST', `/v1/concerts/${id}/performances`, `${key}-${index + 1}`, performance);
  return id;
}

async function call(
  { gatewayUrl, token }: Operator,
  method: string,
  path: string,
  key?: string,
  body?: object,
): Promise<{ id: string }> {
  const headers = {
    authorization: `Bearer ${token}`,
    ...(key && { 'idempotency-key': key }),
    ...(body && { 'content-type': 'application/json' }),
  };
  const response = await persistently(() =>
    fetch(gatewayUrl + path, { method, headers, body: body && JSON.stringify(body) }),
  );
  return (await response.json()) as { id: string };
}

const GIVE_UP_AFTER_MS = 30_000;
const RETRY_AFTER_MS = 100;

/** A gateway that has just begun may not know its services yet, nor one service what another has just said. */
async function persistently(request: () => Promise<Response>): Promise<Response> {
  const deadlineMs = performance.now() + GIVE_UP_AFTER_MS;
  for (;;) {
    const response = await request();
    if (response.ok) return response;
    const answer = `${response.status} ${await response.text()}`;
    const isPassing = response.status >= 500 || response.status === 404;
    if (!isPassing || performance.now() > deadlineMs)
      throw new Trouble(`The demo concerts could not be announced: ${answer}`);
    await sleep(RETRY_AFTER_MS);
  }
}

/** An API client as a buyer's program would be: plain HTTP through the gateway. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Reply {
  status: number;
  // biome-ignore lint: tests read many shapes
  body: any;
  headers: Headers;
}

interface CallOptions {
  token?: string | undefined;
  queueToken?: string | undefined;
  key?: string;
  body?: unknown;
  headers?: Record<string, string>;
}

export interface Person {
  readonly name: string;
  readonly token: string;
}

export interface Show {
  readonly concertId: string;
  readonly performanceId: string;
  readonly priceWon: number;
}

export class Client {
  readonly #base: string;

  constructor(base: string) {
    this.#base = base;
  }

  async call(method: string, path: string, options: CallOptions = {}): Promise<Reply> {
    const { token, queueToken, key, body, headers } = options;
    const response = await fetch(this.#base + path, {
      method,
      headers: {
        'accept-language': 'en',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(queueToken === undefined ? {} : { 'queue-token': queueToken }),
        ...(key === undefined ? {} : { 'idempotency-key': key }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    return {
      status: response.status,
      body: isJson && text !== '' ? JSON.parse(text) : text,
      headers: response.headers,
    };
  }

  async signIn(name: string): Promise<Person> {
    const username = `${name}-${randomUUID().slice(0, 8)}`;
    const response = await fetch(`${this.#base}/auth/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'password', username, password: 'any' }),
    });
    const { access_token: token } = (await response.json()) as { access_token: string };
    return { name: username, token };
  }

  /** A concert with one performance of its own, as an operator announces it. */
  async announce(policies: Record<string, unknown> = {}, seats?: number, priceWon = 50_000): Promise<Show> {
    const { token } = await this.signIn('operator');
    const concert = await this.call('POST', '/v1/concerts', {
      token,
      body: { name: 'Winter Night', artist: 'The Band', policies },
    });
    const performance = await this.call('POST', `/v1/concerts/${concert.body.id}/performances`, {
      token,
      body: { name: 'Eve', performAt: '2036-12-24T10:00:00.000Z', priceWon, ...(seats === undefined ? {} : { seats }) },
    });
    return { concertId: concert.body.id, performanceId: performance.body.id, priceWon };
  }

  async setRoom(concertId: string, room: Record<string, unknown>): Promise<Reply> {
    const { token } = await this.signIn('operator');
    return this.call('PUT', `/v1/queue/concerts/${concertId}`, { token, body: room });
  }

  join(person: Person, concertId: string): Promise<Reply> {
    return this.call('POST', '/v1/queue/tokens', { token: person.token, body: { concertId } });
  }

  poll(person: Person, queueToken: string, headers: Record<string, string> = {}): Promise<Reply> {
    return this.call('GET', '/v1/queue/tokens/me', { token: person.token, queueToken, headers });
  }

  /** Joins, waits for the turn, and gives back the pass. */
  async enter(person: Person, concertId: string): Promise<string> {
    let place = await this.join(person, concertId);
    for (const end = Date.now() + 20_000; place.body.status === 'WAITING' && Date.now() < end; ) {
      await sleep(200);
      place = await this.poll(person, place.body.token);
    }
    if (place.body.status !== 'ACTIVE') {
      throw new Error(`no pass: ${place.status} ${JSON.stringify(place.body)}`);
    }
    return place.body.token;
  }

  seats(person: Person, queueToken: string | undefined, performanceId: string): Promise<Reply> {
    return this.call('GET', `/v1/performances/${performanceId}/seats`, { token: person.token, queueToken });
  }

  hold(person: Person, queueToken: string | undefined, performanceId: string, ...seats: number[]): Promise<Reply> {
    return this.call('POST', '/v1/reservations', {
      token: person.token,
      queueToken,
      key: randomUUID(),
      body: { seats: seats.map((seat) => ({ performanceId, seat })) },
    });
  }

  charge(person: Person, amountWon: number, key: string = randomUUID()): Promise<Reply> {
    return this.call('POST', '/v1/wallet/charges', { token: person.token, key, body: { amountWon } });
  }

  pay(person: Person, reservationId: string, key: string = randomUUID(), more: object = {}): Promise<Reply> {
    return this.call('POST', '/v1/payments', { token: person.token, key, body: { reservationId, ...more } });
  }

  wallet(person: Person): Promise<Reply> {
    return this.call('GET', '/v1/wallet', { token: person.token });
  }

  reservation(person: Person, id: string): Promise<Reply> {
    return this.call('GET', `/v1/reservations/${id}`, { token: person.token });
  }

  async timeline(person: Person, paymentId: string): Promise<string[]> {
    const { body } = await this.call('GET', `/v1/payments/${paymentId}/timeline`, { token: person.token });
    return body.items.map((item: { kind: string; step: string | null }) =>
      [item.kind, item.step].filter(Boolean).join(' '),
    );
  }
}

/** answers → how many of each outcome, by code or status. */
export const tally = (answers: readonly Reply[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { status, body } of answers) {
    const outcome = String(body?.code ?? status);
    counts[outcome] = (counts[outcome] ?? 0) + 1;
  }
  return counts;
};

// Plays Frontrow's main scenes against a running system with plain HTTP, and narrates them. Exits with 1 when anything
// isn't as it should be.
//
//     npm run demo                          against http://localhost:8080
//     FRONTROW_URL=http://… npm run demo    against another
//     npm run demo -- crowd                 one scene: purchase, declined, crowd, expiry
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

const base = (process.env.FRONTROW_URL ?? `http://localhost:${process.env.PORT ?? 8080}`).replace(/\/$/, '');
const run = Date.now().toString(36);
const PRICE_WON = 88_000;
let wrong = 0;

const say = (text) => console.log(text);
const won = (amount) => `${amount.toLocaleString('en-US')} won`;

function check(isSo, text) {
  say(`   ${isSo ? '✓' : '✗'} ${text}`);
  wrong += isSo ? 0 : 1;
}

/** Does what a client should when told "not now": waits for as long as `Retry-After` says, and asks again. */
async function request(method, path, options) {
  for (let tries = 1; ; tries += 1) {
    const { retryAfterSeconds, ...answer } = await ask(method, path, options);
    if (![429, 503].includes(answer.status) || tries === 10) {
      return answer;
    }
    await sleep((retryAfterSeconds || 1) * 1_000);
  }
}

async function ask(method, path, { token, queueToken, body, form, key } = {}) {
  const response = await fetch(base + path, {
    method,
    headers: {
      'accept-language': 'en',
      ...(token && { authorization: `Bearer ${token}` }),
      ...(queueToken && { 'queue-token': queueToken }),
      ...(key && { 'idempotency-key': key }),
      ...(body && { 'content-type': 'application/json' }),
      ...(form && { 'content-type': 'application/x-www-form-urlencoded' }),
    },
    body: form ? new URLSearchParams(form) : body && JSON.stringify(body),
  });
  const text = await response.text();
  return {
    status: response.status,
    body: text.startsWith('{') ? JSON.parse(text) : undefined,
    retryAfterSeconds: Number(response.headers.get('retry-after')),
  };
}

/** Calls that must succeed for the scene to go on. */
async function call(method, path, options) {
  const answer = await request(method, path, options);
  if (answer.status >= 400) {
    throw new Error(`${method} ${path} answered ${answer.status} ${JSON.stringify(answer.body)}`);
  }
  return answer.body;
}

async function signIn(name) {
  const username = `${name}-${run}`;
  const form = { grant_type: 'password', username, password: 'demo' };
  const { access_token: token } = await call('POST', '/auth/token', { form });
  return { username, token };
}

/** A concert of its own for each scene, so that scenes don't meet. */
async function announce(operator, name, policies = {}) {
  const { token } = operator;
  const concert = await call('POST', '/v1/concerts', { token, body: { name, artist: 'The Demo Band', policies } });
  const performAt = new Date(Date.now() + 30 * 24 * 3_600_000).toISOString();
  const body = { name: 'Opening night', performAt, priceWon: PRICE_WON };
  const performance = await call('POST', `/v1/concerts/${concert.id}/performances`, { token, body });
  return { concertId: concert.id, performanceId: performance.id };
}

/** Joins the line and polls until it is this buyer's turn; gives back the pass. */
async function enter(buyer, concertId) {
  let place = await call('POST', '/v1/queue/tokens', { token: buyer.token, body: { concertId } });
  while (place.status === 'WAITING') {
    await sleep(place.pollAfterSeconds * 1_000);
    place = await call('GET', '/v1/queue/tokens/me', { token: buyer.token, queueToken: place.token });
  }
  return place;
}

const tryToHold = (buyer, pass, performanceId, seat) =>
  request('POST', '/v1/reservations', {
    token: buyer.token,
    queueToken: pass,
    key: randomUUID(),
    body: { seats: [{ performanceId, seat, reserverName: buyer.username }] },
  });

/** A hold without which the scene can't go on. */
async function hold(buyer, pass, performanceId, seat) {
  const held = await tryToHold(buyer, pass, performanceId, seat);
  if (held.status !== 201) {
    throw new Error(`${buyer.username} got no hold: ${held.status} ${JSON.stringify(held.body)}`);
  }
  return held;
}

const charge = (buyer, amountWon) =>
  call('POST', '/v1/wallet/charges', { token: buyer.token, key: randomUUID(), body: { amountWon } });

const pay = (buyer, reservationId) =>
  request('POST', '/v1/payments', { token: buyer.token, key: randomUUID(), body: { reservationId } });

async function tellTimeline(buyer, paymentId) {
  const { items } = await call('GET', `/v1/payments/${paymentId}/timeline`, { token: buyer.token });
  for (const { at, kind, step, detail } of items) {
    say(`     ${at.slice(11, 23)}  ${kind.padEnd(12)} ${[step, detail].filter(Boolean).join(' · ')}`);
  }
  return items;
}

/** Asks until `isSo`, ten seconds at most: projections follow events within milliseconds, but they follow. */
async function until(ask, isSo) {
  const end = Date.now() + 10_000;
  let answer = await ask();
  while (!isSo(answer) && Date.now() < end) {
    await sleep(100);
    answer = await ask();
  }
  return answer;
}

const scenes = {
  async purchase(operator) {
    say('\n1. A purchase');
    const { concertId, performanceId } = await announce(operator, 'Winter Night');
    const mina = await signIn('mina');
    const place = await enter(mina, concertId);
    check(place.status === 'ACTIVE', `Mina joined the line as number ${place.number} and it is her turn`);
    const seats = () =>
      call('GET', `/v1/performances/${performanceId}/seats`, { token: mina.token, queueToken: place.token });
    check((await seats()).available.length === 50, 'The map shows 50 free seats');
    const held = await hold(mina, place.token, performanceId, 17);
    check(held.status === 201, `Seat 17 is hers until ${held.body.holdExpiresAt}`);
    const left = await until(seats, (map) => !map.available.includes(17));
    check(!left.available.includes(17), 'The map shows it as taken');
    const wallet = await charge(mina, 100_000);
    check(wallet.balanceWon === 100_000, `She charged ${won(100_000)}`);
    const paid = await pay(mina, held.body.id);
    check(paid.status === 201 && paid.body.status === 'COMPLETED', `She paid; ${won(paid.body.balanceWon)} are left`);
    check(paid.body.balanceWon === 100_000 - PRICE_WON, 'Exactly the price was debited');
    const items = await tellTimeline(mina, paid.body.id);
    const commands = items.filter((item) => item.kind === 'COMMAND').map((item) => item.step);
    check(
      commands.join() === 'confirm-reservation,debit-points,expire-token',
      'The saga confirmed the reservation, debited the wallet and expired the queue token',
    );
    const mine = () => call('GET', `/v1/reservations/${held.body.id}`, { token: mina.token });
    check((await until(mine, (r) => r.status === 'ISSUED')).status === 'ISSUED', 'Her ticket is issued');
    const spent = await request('GET', '/v1/queue/tokens/me', { token: mina.token, queueToken: place.token });
    check(spent.status === 401 && spent.body.code === 'INVALID_TOKEN', 'Her queue token is spent');
  },

  async declined(operator) {
    say('\n2. A payment without enough points, and what is undone');
    const { concertId, performanceId } = await announce(operator, 'Payday Blues');
    const jun = await signIn('jun');
    const place = await enter(jun, concertId);
    const held = await hold(jun, place.token, performanceId, 8);
    check(held.status === 201, 'Jun holds seat 8 and has no points');
    const declined = await pay(jun, held.body.id);
    check(
      declined.status === 201 && declined.body.status === 'FAILED' && declined.body.code === 'OUT_OF_BUDGET',
      `The payment failed: ${declined.body.code}`,
    );
    const items = await tellTimeline(jun, declined.body.id);
    check(
      items.some((item) => item.kind === 'COMPENSATION' && item.step === 'reopen-reservation'),
      'The saga reopened the reservation',
    );
    const reopened = await call('GET', `/v1/reservations/${held.body.id}`, { token: jun.token });
    check(reopened.status === 'HELD', `The seat is still his until ${reopened.holdExpiresAt}`);
    await charge(jun, PRICE_WON);
    const paid = await pay(jun, held.body.id);
    check(
      paid.body.status === 'COMPLETED' && paid.body.balanceWon === 0,
      'He charged points, paid again, and it went through',
    );
  },

  async crowd(operator) {
    const buyers = 200;
    say(`\n3. ${buyers} buyers after one seat`);
    const { concertId, performanceId } = await announce(operator, 'One Seat Only');
    const crowd = await Promise.all(Array.from({ length: buyers }, (_, i) => signIn(`buyer${i}`)));
    const places = await Promise.all(crowd.map((buyer) => enter(buyer, concertId)));
    check(new Set(places.map((place) => place.number)).size === buyers, 'Everybody has a number of their own');
    const answers = await Promise.all(crowd.map((buyer, i) => tryToHold(buyer, places[i].token, performanceId, 1)));
    const outcomes = {};
    for (const { status, body } of answers) {
      outcomes[body.code ?? status] = (outcomes[body.code ?? status] ?? 0) + 1;
    }
    say(
      `     ${Object.entries(outcomes)
        .map((pair) => pair.join(': '))
        .join(' · ')}`,
    );
    check(outcomes[201] === 1, 'One of them has it');
    check(outcomes.ALREADY_TAKEN === buyers - 1, `${buyers - 1} were told that it is taken`);
  },

  async expiry(operator) {
    say('\n4. A hold that expires');
    const holdSeconds = 3;
    const { concertId, performanceId } = await announce(operator, 'Three Seconds', { holdSeconds });
    const [first, second] = [await signIn('sora'), await signIn('hana')];
    const [firstPlace, secondPlace] = [await enter(first, concertId), await enter(second, concertId)];
    const held = await hold(first, firstPlace.token, performanceId, 5);
    check(held.status === 201, `Sora holds seat 5 for ${holdSeconds} s and doesn’t pay`);
    const early = await tryToHold(second, secondPlace.token, performanceId, 5);
    check(early.body.code === 'ALREADY_TAKEN', 'Hana can’t have it meanwhile');
    await sleep(Math.max(0, Date.parse(held.body.holdExpiresAt) - Date.now()) + 50);
    const late = await tryToHold(second, secondPlace.token, performanceId, 5);
    check(late.status === 201, 'The moment the hold is over, Hana gets the seat');
    const tooLate = await pay(first, held.body.id);
    check(tooLate.body.code === 'HOLD_EXPIRED', `Sora can’t pay any more: ${tooLate.body.code}`);
  },
};

async function main() {
  const wanted = process.argv.slice(2);
  const unknown = wanted.filter((scene) => !(scene in scenes));
  if (unknown.length > 0) {
    throw new Error(`There is no scene ${unknown.join(', ')}; there are ${Object.keys(scenes).join(', ')}.`);
  }
  say(`Frontrow at ${base}`);
  const operator = await signIn('operator-demo');
  for (const [name, play] of Object.entries(scenes)) {
    if (wanted.length === 0 || wanted.includes(name)) {
      await play(operator);
    }
  }
  say(wrong === 0 ? '\nAll as it should be.' : `\n${wrong} of these are not as they should be.`);
}

try {
  await main();
} catch (error) {
  const isUnreachable = error instanceof TypeError && error.message === 'fetch failed';
  console.error(isUnreachable ? `Nothing answers at ${base}. Start Frontrow first: npm start` : `\n${error.message}`);
  wrong += 1;
}
process.exitCode = wrong === 0 ? 0 : 1;

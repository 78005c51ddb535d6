import { randomUUID } from 'node:crypto';
import { expireToken, roomChanged, tokenActivated, tokenExpired } from '@frontrow/contracts/queue';
import {
  holdReleased,
  reservationCancelled,
  reservationConfirmed,
  reservationReopened,
  seatsHeld,
} from '@frontrow/contracts/reservation';
import { createPassVerifier } from '@frontrow/service-kit/pass';
import { eventually } from '@frontrow/testing/eventually';
import { startTestQueueKeys } from '@frontrow/testing/queue-keys';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { type Queues, startQueues } from './testing/start-queues.ts';

let queue: Queues;
beforeAll(async () => {
  queue = await startQueues();
});
afterAll(() => queue.stop());

const users = (count: number) => Array.from({ length: count }, (_, index) => `user-${index}`);
const refused = (status: number, code: string) => ({ status, body: expect.objectContaining({ code }) });
const invalid = refused(401, 'INVALID_TOKEN');
const tokenIdIn = (token: string) => decodeJwt(token).jti as string;

describe('the token', () => {
  test('is a ticket while waiting and a pass inside, which others verify by the published keys', async () => {
    const concertId = await queue.announce();
    const [inside, waiting] = [await queue.join('mina', concertId), await queue.join('jun', concertId)];
    const verifier = createPassVerifier({ jwksUrl: queue.jwksUrl });
    const pass = await verifier.requirePass(inside.body.token, { userId: 'mina', concertId });
    expect(new Date(pass.expiresAtMs).toISOString()).toBe(inside.body.expiresAt);
    expect(await verifier.verify(waiting.body.token)).toMatchObject({ kind: 'ticket', userId: 'jun', number: 2 });
    await expect(verifier.requirePass(waiting.body.token, { userId: 'jun', concertId })).rejects.toMatchObject({
      code: 'NOT_YOUR_TURN',
    });
  });

  test('of another user, forged, missing, or rubbish is refused', async () => {
    const concertId = await queue.announce();
    const { body } = await queue.join('mina', concertId);
    const forger = await startTestQueueKeys();
    const forged = await forger.passFor({ userId: 'mina', concertId, number: 1, tokenId: tokenIdIn(body.token) });
    await forger.stop();
    expect(await queue.poll('jun', body.token)).toMatchObject(invalid);
    expect(await queue.leave('jun', body.token)).toMatchObject(invalid);
    expect(await queue.poll('mina', forged)).toMatchObject(invalid);
    expect(await queue.poll('mina', 'rubbish')).toMatchObject(invalid);
    expect(await (await queue.as('mina')).get('/v1/queue/tokens/me')).toMatchObject(invalid);
    expect((await queue.poll('mina', body.token)).status).toBe(200);
  });

  test('is spent once one has left, also after joining again', async () => {
    const concertId = await queue.announce();
    const first = await queue.join('mina', concertId);
    expect((await queue.leave('mina', first.body.token)).status).toBe(204);
    expect(await queue.leave('mina', first.body.token)).toMatchObject(invalid);
    expect(await queue.poll('mina', first.body.token)).toMatchObject(invalid);
    const second = await queue.join('mina', concertId);
    expect(second).toMatchObject({ status: 201, body: { number: 2 } });
    expect(await queue.poll('mina', first.body.token)).toMatchObject(invalid);
    expect((await queue.poll('mina', second.body.token)).status).toBe(200);
    const expired = await eventually(() => queue.said(tokenExpired, concertId)[0]);
    expect(expired.data).toMatchObject({
      reason: 'left',
      tokenId: tokenIdIn(first.body.token),
      passesExpireAt: first.body.expiresAt,
    });
  });

  test('is refused once its time is over', async () => {
    const concertId = await queue.announce({ passSeconds: 1 });
    const { body } = await queue.join('mina', concertId);
    await eventually(async () => (await queue.poll('mina', body.token)).body.code === 'INVALID_TOKEN');
    const expired = await eventually(() => queue.said(tokenExpired, concertId)[0]);
    expect(expired.data.reason).toBe('expired');
  });
});

describe('polling', () => {
  test('says when to come again, and 304 while nothing has changed', async () => {
    const concertId = await queue.announce({ capacity: 0 });
    const [first, second] = [await queue.join('mina', concertId), await queue.join('jun', concertId)];
    const polled = await queue.poll('jun', second.body.token);
    expect(polled).toMatchObject({ status: 200, body: { status: 'WAITING', ahead: 1, token: second.body.token } });
    expect(polled.headers.get('retry-after')).toBe(String(polled.body.pollAfterSeconds));
    const ifNoneMatch = { 'if-none-match': polled.headers.get('etag') as string };
    const unchanged = await queue.poll('jun', second.body.token, ifNoneMatch);
    expect(unchanged).toMatchObject({ status: 304, body: '' });
    expect(unchanged.headers.get('retry-after')).toBe(polled.headers.get('retry-after'));

    await queue.leave('mina', first.body.token);
    const moved = await queue.poll('jun', second.body.token, ifNoneMatch);
    expect(moved).toMatchObject({ status: 200, body: { ahead: 0 } });
  });

  test('claims a turn that has come: the ticket becomes a pass of the same place', async () => {
    const concertId = await queue.announce({ passSeconds: 300 });
    const first = await queue.join('mina', concertId);
    const { body: ticket } = await queue.join('jun', concertId);
    await queue.leave('mina', first.body.token);
    expect((await queue.room(concertId)).body).toMatchObject({ active: 1, waiting: 0 });
    expect(queue.said(tokenActivated, concertId).map(({ data }) => data.number)).not.toContain(2);

    const turn = await queue.poll('jun', ticket.token);
    expect(turn.body).toMatchObject({ status: 'ACTIVE', number: 2, ahead: 0, estimatedWaitSeconds: 0 });
    expect(tokenIdIn(turn.body.token)).toBe(tokenIdIn(ticket.token));
    expect((await queue.poll('jun', turn.body.token)).body.token).toBe(turn.body.token);
    expect((await queue.poll('jun', ticket.token)).body.status).toBe('ACTIVE');
    const activated = await eventually(() =>
      queue.said(tokenActivated, concertId).find(({ data }) => data.number === 2),
    );
    expect(activated).toMatchObject({
      key: tokenIdIn(ticket.token),
      data: { userId: 'jun', slotExpiresAt: turn.body.expiresAt },
    });
  });

  test('estimates the wait once somebody has departed', async () => {
    const concertId = await queue.announce();
    const first = await queue.join('mina', concertId);
    const second = await queue.join('jun', concertId);
    const third = await queue.join('sora', concertId);
    expect(third.body.estimatedWaitSeconds).toBeNull();
    await queue.leave('mina', first.body.token);
    await queue.poll('jun', second.body.token);
    expect((await queue.poll('sora', third.body.token)).body.estimatedWaitSeconds).toEqual(expect.any(Number));
  });
});

describe('turns', () => {
  test('a slot that ran out goes to the next within a second, with nobody polling', async () => {
    const concertId = await queue.announce({ passSeconds: 1 });
    await queue.join('mina', concertId);
    await queue.steer(concertId, { passSeconds: 600 });
    await queue.join('jun', concertId);
    expect((await queue.room(concertId)).body).toMatchObject({ active: 1, waiting: 1 });
    const expired = await eventually(() => queue.said(tokenExpired, concertId)[0], { withinMs: 4_000 });
    expect((await queue.room(concertId)).body).toMatchObject({ active: 1, waiting: 0 });
    const lateMs = Date.parse(expired.data.expiredAt) - Date.parse(expired.data.passesExpireAt);
    expect(lateMs).toBeGreaterThanOrEqual(0);
    expect(lateMs).toBeLessThan(1_000);
  });

  test('one that nobody claims goes on to the next', async () => {
    const concertId = await queue.announce({ claimSeconds: 1 });
    const first = await queue.join('mina', concertId);
    const absent = await queue.join('jun', concertId);
    const third = await queue.join('sora', concertId);
    await queue.leave('mina', first.body.token);
    await eventually(() => queue.said(tokenExpired, concertId).find(({ data }) => data.reason === 'unclaimed'));
    expect((await queue.poll('sora', third.body.token)).body.status).toBe('ACTIVE');
    expect(await queue.poll('jun', absent.body.token)).toMatchObject(invalid);
    expect(await queue.join('jun', concertId)).toMatchObject({ status: 201, body: { number: 4, status: 'WAITING' } });
  });
});

describe('steering', () => {
  test('hold lets people join and nobody in', async () => {
    const concertId = await queue.announce({ mode: 'hold' });
    expect((await queue.join('mina', concertId)).body).toMatchObject({ status: 'WAITING', estimatedWaitSeconds: null });
    await queue.steer(concertId, { mode: 'open' });
    const again = await queue.join('mina', concertId);
    expect(again).toMatchObject({ status: 200, body: { status: 'ACTIVE', number: 1 } });
  });

  test('drain lets the line in and nobody join it', async () => {
    const concertId = await queue.announce();
    const first = await queue.join('mina', concertId);
    const second = await queue.join('jun', concertId);
    await queue.steer(concertId, { mode: 'drain' });
    const late = await queue.join('late', concertId);
    expect(late).toMatchObject(refused(409, 'QUEUE_CLOSED'));
    expect(late.headers.get('retry-after')).toMatch(/^\d+$/);
    await queue.leave('mina', first.body.token);
    expect((await queue.poll('jun', second.body.token)).body.status).toBe('ACTIVE');
  });

  test('off gives everybody who asks a pass, capacity or not', async () => {
    const concertId = await queue.announce();
    await queue.join('mina', concertId);
    const waiting = await queue.join('jun', concertId);
    await queue.steer(concertId, { mode: 'off' });
    expect((await queue.join('sora', concertId)).body.status).toBe('ACTIVE');
    expect((await queue.poll('jun', waiting.body.token)).body).toMatchObject({ status: 'ACTIVE', number: 2 });
    await queue.steer(concertId, { mode: 'open' });
    expect((await queue.join('haru', concertId)).body.status).toBe('WAITING');
  });

  test('a greater capacity lets people in at once, a smaller one sends nobody away', async () => {
    const concertId = await queue.announce({ capacity: 0 });
    await Promise.all(users(5).map((userId) => queue.join(userId, concertId)));
    expect((await queue.steer(concertId, { capacity: 3 })).body).toMatchObject({ active: 3, waiting: 2, mode: 'open' });
    expect((await queue.steer(concertId, { capacity: 1 })).body).toMatchObject({ active: 3, waiting: 2 });
    expect((await queue.steer(concertId, { passSeconds: 30 })).body).toMatchObject({ capacity: 1, passSeconds: 30 });
    const changes = await eventually(() => {
      const seen = queue.said(roomChanged, concertId);
      return seen.length === 4 && seen;
    });
    expect(changes.map(({ data }) => data.capacity)).toEqual([0, 3, 1, 1]);
    expect(changes[3]).toMatchObject({ key: concertId, data: { changedBy: 'operator-kim', passSeconds: 30 } });
  });

  test('is for operators', async () => {
    const concertId = await queue.announce();
    const path = `/v1/queue/concerts/${concertId}`;
    expect(await (await queue.as('mina')).get(path)).toMatchObject(refused(403, 'FORBIDDEN'));
    expect(await (await queue.as('mina')).put(path, { body: { capacity: 9 } })).toMatchObject(
      refused(403, 'FORBIDDEN'),
    );
    expect(await queue.steer(concertId, { capacity: -1 })).toMatchObject(refused(400, 'ILLEGAL_ARGUMENTS'));
  });
});

describe('messages of other services', () => {
  test('expire-token frees the slot of who has paid, and is answered once however often it comes', async () => {
    const concertId = await queue.announce();
    const paying = await queue.join('mina', concertId);
    const next = await queue.join('jun', concertId);
    const paymentId = randomUUID();
    const data = { paymentId, concertId, userId: 'mina', tokenId: tokenIdIn(paying.body.token) };
    const command = await queue.probe.send('payment', expireToken, data, { correlationId: paymentId });
    await Promise.all([queue.probe.resend(command), queue.probe.resend(command)]);
    const replies = () => queue.probe.seen(expireToken.reply).filter(({ key }) => key === paymentId);
    await eventually(() => replies().length > 0);
    expect(await queue.poll('mina', paying.body.token)).toMatchObject(invalid);
    expect((await queue.poll('jun', next.body.token)).body.status).toBe('ACTIVE');
    expect(queue.said(tokenExpired, concertId).map(({ data: { reason } }) => reason)).toEqual(['paid']);

    // Another command for the same, spent token: by its reply, all repetitions of the first were handled, too.
    const second = await queue.probe.send('payment', expireToken, data, { correlationId: paymentId });
    await eventually(() => replies().some(({ causationId }) => causationId === second.id));
    expect(replies().map(({ causationId }) => causationId)).toEqual([command.id, second.id]);
    expect(replies().map(({ correlationId }) => correlationId)).toEqual([paymentId, paymentId]);
    expect(replies().map((reply) => reply.data)).toEqual([
      { paymentId, outcome: 'done' },
      { paymentId, outcome: 'done' },
    ]);
    expect(queue.said(tokenExpired, concertId)).toHaveLength(1);
    expect((await queue.room(concertId)).body.active).toBe(1);
  });

  test('expire-token for a concert that is unknown here is answered, too', async () => {
    const data = { ...expireToken.example, paymentId: randomUUID(), concertId: randomUUID() };
    await queue.probe.send('payment', expireToken, data);
    await eventually(() => queue.probe.seen(expireToken.reply).find(({ key }) => key === data.paymentId));
  });

  const holdOf = (concertId: string, token: string, endsInMs = 60_000) => ({
    ...seatsHeld.data.parse(seatsHeld.example),
    reservationId: randomUUID(),
    concertId,
    userId: 'mina',
    queueTokenId: tokenIdIn(token),
    holdExpiresAt: new Date(Date.now() + endsInMs).toISOString(),
  });
  const expiryOf = async (token: string) => Date.parse((await queue.poll('mina', token)).body.expiresAt);

  test('a hold stretches the slot, and the end of the hold gives it back', async () => {
    const concertId = await queue.announce({ passSeconds: 2 });
    const { body } = await queue.join('mina', concertId);
    const hold = holdOf(concertId, body.token);
    await queue.probe.resend(await queue.probe.send('reservation', seatsHeld, hold));
    const stretched = await eventually(async () => {
      const polled = await queue.poll('mina', body.token);
      return polled.body.token !== body.token && polled.body;
    });
    expect(Date.parse(stretched.expiresAt)).toBe(Math.floor(Date.parse(hold.holdExpiresAt) / 1000) * 1000);
    // The slot outlives its own two seconds.
    await eventually(() => Date.now() > Date.parse(body.expiresAt) + 500);
    expect((await queue.poll('mina', stretched.token)).body.status).toBe('ACTIVE');

    await queue.probe.send('reservation', holdReleased, hold);
    await eventually(async () => (await queue.poll('mina', stretched.token)).body.code === 'INVALID_TOKEN');
    const expired = await eventually(() => queue.said(tokenExpired, concertId)[0]);
    expect(expired.data).toMatchObject({ reason: 'expired', passesExpireAt: stretched.expiresAt });
  });

  test('a hold that ends early leaves the slot its own time; one that is reopened stretches it again', async () => {
    const concertId = await queue.announce({ passSeconds: 100 });
    const { body } = await queue.join('mina', concertId);
    const hold = holdOf(concertId, body.token, 200_000);
    await queue.probe.send('reservation', seatsHeld, hold);
    await eventually(async () => (await expiryOf(body.token)) > Date.parse(body.expiresAt));
    const paymentId = randomUUID();
    await queue.probe.send('reservation', reservationConfirmed, { ...hold, paymentId });
    const reopenedUntil = new Date(Date.now() + 300_000).toISOString();
    await queue.probe.send('reservation', reservationReopened, { ...hold, paymentId, holdExpiresAt: reopenedUntil });
    await eventually(async () => (await expiryOf(body.token)) > Date.now() + 250_000);
    await queue.probe.send('reservation', reservationCancelled, { ...hold, paymentId });
    await eventually(async () => (await queue.poll('mina', body.token)).body.expiresAt === body.expiresAt);

    // The beginning of a hold that is over, repeated late, changes nothing; that of a new one does.
    await queue.probe.send('reservation', seatsHeld, hold);
    await queue.probe.send('reservation', seatsHeld, holdOf(concertId, body.token, 150_000));
    await eventually(async () => (await expiryOf(body.token)) > Date.parse(body.expiresAt));
    expect(await expiryOf(body.token)).toBeLessThan(Date.now() + 160_000);
  });

  test('a hold spends the token where the concert’s policy says so', async () => {
    const concertId = await queue.announce();
    const { body } = await queue.join('mina', concertId);
    await queue.probe.send('reservation', seatsHeld, { ...holdOf(concertId, body.token), expireTokenOn: 'hold' });
    const expired = await eventually(() => queue.said(tokenExpired, concertId)[0]);
    expect(expired.data).toMatchObject({ reason: 'held', userId: 'mina' });
    expect(await queue.poll('mina', body.token)).toMatchObject(invalid);
  });
});

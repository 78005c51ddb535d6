import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { roomModes } from '../domain/place.ts';
import { tokenIdOf } from '../domain/token-id.ts';
import { endOf, ReferenceLine } from '../testing/reference-line.ts';
import { startTestLines, type TestLines, type WrittenMessage } from '../testing/test-lines.ts';
import type { Lines, RoomSettings } from './lines.ts';

const SEEDS = Array.from({ length: 12 }, (_, index) => index + 1);
const STEPS = 250;
const START_MS = Date.parse('2026-12-01T11:00:00.250Z');

let lines: TestLines;
let nowMs = START_MS;
beforeAll(async () => {
  lines = await startTestLines(() => nowMs);
});
afterAll(() => lines.stop());

describe('the scripts of two instances do what the reference does', () => {
  test.each(SEEDS)('step by step, seed %i', async (seed) => {
    nowMs = START_MS;
    const random = randomFrom(seed);
    const settings: RoomSettings = { mode: 'open', capacity: 3, passSeconds: 7, claimSeconds: 3 };
    const concertId = randomUUID();
    const reference = new ReferenceLine(concertId, settings);
    await lines.instances[0].openRoom(concertId, settings);
    const numbers = new Map<string, number>();

    for (let step = 0; step < STEPS; step++) {
      const slotsBefore = reference.slots.size;
      const did = await randomStep({ random, reference, numbers, concertId, instance: pick(random, lines.instances) });
      const { line, slots } = await stateOf(concertId);
      const at = `seed ${seed}, step ${step}: ${did}`;
      expect({ at, line }).toEqual({ at, line: reference.line.flatMap((one) => [one.userId, String(one.number)]) });
      expect({ at, slots }).toEqual({ at, slots: referenceSlots(reference) });
      const { mode, capacity } = reference.settings;
      if (mode !== 'off' && slots.length > slotsBefore) expect(slots.length).toBeLessThanOrEqual(capacity);
    }
    expect((await lines.messages(concertId)).map(sentence)).toEqual(reference.said);
  });
});

interface Step {
  readonly random: () => number;
  readonly reference: ReferenceLine;
  /** The number that each user got last. */
  readonly numbers: Map<string, number>;
  readonly concertId: string;
  readonly instance: Lines;
}

/** Does one thing, to Redis and to the reference, and compares the answers. Says what it did. */
const randomStep = async ({ random, reference, numbers, concertId, instance }: Step): Promise<string> => {
  const userId = `user-${Math.floor(random() * 10)}`;
  // Now and then the number of a place that the user had before.
  const number = (numbers.get(userId) ?? 1) - (random() < 0.15 ? 1 : 0);
  const tokenId = tokenIdOf(concertId, userId, number);
  const token = { concertId, userId, tokenId };
  const reservationId = `reservation-${userId}-${Math.floor(random() * 3)}`;
  const kind = pick(random, KINDS);
  switch (kind) {
    case 'wait':
      nowMs += Math.floor(random() * 3_000);
      break;
    case 'wait for an end': {
      // To the millisecond: at its end a slot is over.
      const ends = [...reference.slots.values()].map(endOf);
      if (ends.length > 0) nowMs = Math.max(nowMs, pick(random, ends));
      break;
    }
    case 'advance':
      reference.advance(nowMs);
      await instance.advance(concertId);
      break;
    case 'join': {
      const expected = reference.join(userId, nowMs);
      const joined = await instance.join(concertId, userId);
      expect(joined).toMatchObject(expected === 'closed' ? { kind: 'closed' } : expected);
      if (expected !== 'closed') numbers.set(userId, expected.place.number);
      break;
    }
    case 'poll': {
      const expected = reference.poll(userId, number, nowMs);
      const place = await instance.poll(concertId, userId, number);
      if (expected === undefined) expect(place).toBeUndefined();
      else expect(place).toMatchObject(expected);
      break;
    }
    case 'leave':
      expect(await instance.leave(concertId, userId, number)).toBe(reference.leave(userId, number, nowMs));
      break;
    case 'pay': {
      const command = { id: randomUUID(), paymentId: randomUUID() };
      reference.expire(userId, tokenId, command.paymentId, nowMs);
      await instance.expire(token, command);
      await instance.expire(token, command);
      break;
    }
    case 'hold': {
      const endsAtMs = nowMs + Math.floor(random() * 12_000);
      const spendsToken = random() < 0.1;
      reference.hold(userId, tokenId, reservationId, endsAtMs, spendsToken, nowMs);
      await instance.hold(token, { reservationId, endsAtMs, spendsToken });
      break;
    }
    case 'release':
      reference.release(userId, tokenId, reservationId, nowMs);
      await instance.release(token, reservationId);
      break;
    case 'steer': {
      const mode = random() < 0.7 ? 'open' : pick(random, roomModes);
      const change = random() < 0.5 ? { mode } : { mode, capacity: Math.floor(random() * 5) };
      reference.changeRoom(change, nowMs);
      await instance.changeRoom(concertId, change, 'operator');
      break;
    }
    default:
      kind satisfies never;
  }
  return `${kind} ${userId} ${number} at ${nowMs}`;
};

const KINDS = [
  ...(['wait', 'wait', 'join', 'join', 'join', 'poll', 'poll', 'poll', 'advance', 'wait for an end'] as const),
  ...(['leave', 'pay', 'hold', 'hold', 'release', 'steer'] as const),
];

const stateOf = async (concertId: string) => {
  const [, line, slots] = lines.keys.ofConcert(concertId);
  const inSlots = await lines.redis.zrange(slots as string, 0, -1, 'WITHSCORES');
  return {
    line: await lines.redis.zrange(line as string, 0, -1, 'WITHSCORES'),
    slots: inSlots
      .flatMap((member, index) => (index % 2 === 0 ? [`${member} until ${inSlots[index + 1]}`] : []))
      .sort(),
  };
};

const referenceSlots = ({ slots }: ReferenceLine): string[] =>
  [...slots].map(([userId, slot]) => `${userId} until ${endOf(slot)}`).sort();

const sentence = ({ name, data }: WrittenMessage): string => {
  const { mode, capacity, paymentId, userId, number, reason } = data;
  return [name, mode, capacity, paymentId, userId, number, reason]
    .filter((part) => part !== undefined)
    .map(String)
    .join(' ');
};

const pick = <T>(random: () => number, from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;

/** mulberry32: the same numbers for a seed, everywhere. */
const randomFrom = (seed: number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};

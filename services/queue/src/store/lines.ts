import { randomUUID } from 'node:crypto';
import { flow } from '@frontrow/messaging/context';
import type { Redis } from 'ioredis';
import type { Place, RoomMode } from '../domain/place.ts';
import type { Keys } from './keys.ts';
import { type PlaceReply, parsePlace, parseRoom, type RoomReply, type RoomState } from './replies.ts';
import { orUnavailable } from './redis.ts';
import { type ScriptName, scriptNames, scripts } from './scripts.ts';

export type { RoomState } from './replies.ts';

export interface RoomSettings {
  readonly mode: RoomMode;
  readonly capacity: number;
  readonly passSeconds: number;
  readonly claimSeconds: number;
}

/** Whose place in which line a message is about. */
export interface TokenRef {
  readonly concertId: string;
  readonly userId: string;
  readonly tokenId: string;
}

export type Joined = { readonly kind: 'placed'; readonly isNew: boolean; readonly place: Place };

/** Every method is one script call: one round trip, one step in the life of one line. All @throws UNAVAILABLE. */
export interface Lines {
  openRoom(concertId: string, settings: RoomSettings): Promise<void>;
  join(concertId: string, userId: string): Promise<Joined | { readonly kind: 'unknown' | 'closed' }>;
  /** The place under this number, whose turn is claimed by asking; undefined when there is none (any more). */
  poll(concertId: string, userId: string, number: number): Promise<Place | undefined>;
  /** False when there is no such place (any more). */
  leave(concertId: string, userId: string, number: number): Promise<boolean>;
  /** Ends the slot as paid and answers the command, once for a command id. */
  expire(token: TokenRef, command: { id: string; paymentId: string; correlationId?: string }): Promise<void>;
  /** A hold runs until then: so does the slot, unless holding spends the token. */
  hold(token: TokenRef, hold: { reservationId: string; endsAtMs: number; spendsToken: boolean }): Promise<void>;
  /** A hold is over: the slot gets back the end it had without it. */
  release(token: TokenRef, reservationId: string): Promise<void>;
  /** Ends what is over and admits who is next. Undefined for an unknown concert. */
  advance(concertId: string): Promise<{ readonly hasMore: boolean; readonly isIdle: boolean } | undefined>;
  changeRoom(concertId: string, change: Partial<RoomSettings>, changedBy: string): Promise<RoomState | undefined>;
  room(concertId: string): Promise<RoomState | undefined>;
  concertIds(): Promise<string[]>;
}

export interface LinesOptions {
  readonly redis: Redis;
  readonly keys: Keys;
  /** Called with the key of a stream when a script has written messages to it. */
  readonly onMessages: (streamKey: string) => void;
  /** Milliseconds; Redis' own clock unless a test brings one. */
  readonly nowMs?: () => number;
}

// As long as commands are kept on their topic: a repetition can't come later.
const HANDLED_MARK_SECONDS = 7 * 24 * 60 * 60;

export const createLines = (options: LinesOptions): Lines => {
  const { redis, keys } = options;
  const run = createRunner(options);
  /** Concerts that this instance has seen in the registry or put there. */
  const registered = new Set<string>();

  const register = async (concertId: string): Promise<void> => {
    if (registered.has(concertId)) return;
    await orUnavailable(redis.sadd(keys.concerts, concertId));
    registered.add(concertId);
  };

  return {
    async openRoom(concertId, { mode, capacity, passSeconds, claimSeconds }) {
      await register(concertId);
      await run('open-room', concertId, [mode, capacity, passSeconds, claimSeconds]);
    },
    async join(concertId, userId) {
      const reply = await run<'UNKNOWN' | 'CLOSED' | [number, PlaceReply]>('join', concertId, [userId]);
      if (reply === 'UNKNOWN') return { kind: 'unknown' };
      if (reply === 'CLOSED') return { kind: 'closed' };
      return { kind: 'placed', isNew: reply[0] === 1, place: parsePlace(reply[1]) };
    },
    async poll(concertId, userId, number) {
      const reply = await run<'GONE' | PlaceReply>('poll', concertId, [userId, number]);
      if (reply === 'GONE') return undefined;
      return parsePlace(reply);
    },
    async leave(concertId, userId, number) {
      return (await run('leave', concertId, [userId, number])) === 'LEFT';
    },
    async expire({ concertId, userId, tokenId }, { id, paymentId, correlationId }) {
      // The answer must reach the relay even if this Redis has never heard of the concert.
      await register(concertId);
      const args = [userId, tokenId, paymentId, id, HANDLED_MARK_SECONDS];
      await flow.run({ ...flow.current(), correlationId: correlationId ?? paymentId, causationId: id }, () =>
        run('expire', concertId, args, [keys.handled(concertId, id)]),
      );
    },
    async hold({ concertId, userId, tokenId }, { reservationId, endsAtMs, spendsToken }) {
      await run('hold', concertId, [userId, tokenId, reservationId, endsAtMs, spendsToken ? 1 : 0]);
    },
    async release({ concertId, userId, tokenId }, reservationId) {
      await run('release', concertId, [userId, tokenId, reservationId]);
    },
    async advance(concertId) {
      const reply = await run<'UNKNOWN' | [number, number, number]>('advance', concertId, []);
      if (reply === 'UNKNOWN') return undefined;
      const [more, occupied, waiting] = reply;
      return { hasMore: more === 1, isIdle: occupied === 0 && waiting === 0 };
    },
    async changeRoom(concertId, { mode, capacity, passSeconds, claimSeconds }, changedBy) {
      const args = [mode ?? '', capacity ?? '', passSeconds ?? '', claimSeconds ?? '', changedBy];
      return parseRoom(await run<RoomReply>('change-room', concertId, args));
    },
    async room(concertId) {
      return parseRoom(await run<RoomReply>('snapshot', concertId, []));
    },
    async concertIds() {
      const ids = await orUnavailable(redis.smembers(keys.concerts));
      for (const id of ids) registered.add(id);
      return ids;
    },
  };
};

type Run = <T>(name: ScriptName, concertId: string, args: (string | number)[], moreKeys?: string[]) => Promise<T>;
type Defined = Record<string, (keyCount: number, ...keysAndArgs: (string | number)[]) => Promise<unknown>>;

/** Scripts have names of their own among Redis' commands. */
const commandOf = (name: ScriptName): string => `queue-${name}`;

const createRunner = ({ redis, keys, onMessages, nowMs }: LinesOptions): Run => {
  for (const name of scriptNames) redis.defineCommand(commandOf(name), { lua: scripts[name] });
  const defined = redis as unknown as Defined;

  return async <T>(name: ScriptName, concertId: string, args: (string | number)[], moreKeys: string[] = []) => {
    const allKeys = [...keys.ofConcert(concertId), ...moreKeys];
    const { correlationId = '', causationId = '', traceparent = '' } = flow.current();
    // The end of a random UUID, from its variant on: messages of the script get their ids from it.
    const idTail = randomUUID().slice(19);
    const common = [nowMs?.() ?? '', concertId, idTail, correlationId, causationId, traceparent];
    const call = defined[commandOf(name)]?.(allKeys.length, ...allKeys, ...common, ...args);
    const [messages, result] = await orUnavailable(call as Promise<[number, T]>);
    if (messages > 0) onMessages(keys.events(concertId));
    return result;
  };
};

import type { Place, RoomMode } from '../domain/place.ts';

type Numeric = number | string;

/** What the scripts answer for a place; see `active` in lua/prelude.lua and `waiting` in lua/head.lua. */
export type PlaceReply = ['ACTIVE', ...Numeric[]] | ['WAITING', Numeric, number, number, number, RoomMode, ...string[]];

export const parsePlace = (reply: PlaceReply): Place => {
  if (reply[0] === 'ACTIVE') {
    const [number = 0, passExpiresAtMs = 0, nowMs = 0] = reply.slice(1).map(Number);
    return { status: 'ACTIVE', number, passExpiresAtMs, nowMs };
  }
  const [status, number, ahead, nowMs, occupied, mode, ...settings] = reply;
  const [capacity = 0, passSeconds = 0, claimSeconds = 0, departures = 0, slotSeconds = 0, measuredAtMs = 0] =
    settings.map(Number);
  const flow = { capacity, occupied, passSeconds, departures, slotSeconds, measuredAtMs };
  return { status, number: Number(number), ahead, mode, claimSeconds, flow, nowMs };
};

export interface RoomState {
  readonly mode: RoomMode;
  readonly capacity: number;
  readonly passSeconds: number;
  readonly claimSeconds: number;
  readonly active: number;
  readonly waiting: number;
}

export type RoomReply = 'UNKNOWN' | [RoomMode, number, number, number, number, number];

export const parseRoom = (reply: RoomReply): RoomState | undefined => {
  if (reply === 'UNKNOWN') return undefined;
  const [mode, capacity, passSeconds, claimSeconds, active, waiting] = reply;
  return { mode, capacity, passSeconds, claimSeconds, active, waiting };
};

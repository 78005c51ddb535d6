/** How many slots there are and how fast they come free, as measured up to `measuredAtMs`; see estimate.ts. */
export interface SlotFlow {
  readonly capacity: number;
  readonly occupied: number;
  readonly passSeconds: number;
  /** Ends of slots, fading with time. */
  readonly departures: number;
  /** Time that slots were occupied, fading likewise. */
  readonly slotSeconds: number;
  /** 0 before anything was measured. */
  readonly measuredAtMs: number;
}

export const roomModes = ['open', 'hold', 'drain', 'off'] as const;
export type RoomMode = (typeof roomModes)[number];

/** In line. */
export interface Waiting {
  readonly status: 'WAITING';
  readonly number: number;
  /** People before this one, exact. */
  readonly ahead: number;
  readonly mode: RoomMode;
  readonly claimSeconds: number;
  readonly flow: SlotFlow;
  readonly nowMs: number;
}

/** Inside, in a claimed slot. */
export interface Active {
  readonly status: 'ACTIVE';
  readonly number: number;
  /** The last whole second of the slot. */
  readonly passExpiresAtMs: number;
  readonly nowMs: number;
}

export type Place = Waiting | Active;

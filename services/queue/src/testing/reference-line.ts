import type { RoomMode } from '../domain/place.ts';
import { tokenIdOf } from '../domain/token-id.ts';
import type { RoomSettings } from '../store/lines.ts';

interface Slot {
  readonly number: number;
  claimed: boolean;
  endsAtMs: number;
  readonly holds: Map<string, number>;
}

export type ReferencePlace =
  | { status: 'WAITING'; number: number; ahead: number }
  | { status: 'ACTIVE'; number: number; passExpiresAtMs: number };

/**
 * What the scripts do, written down a second time: plainly, in one thread, without Redis. The randomised test holds
 * one against the other.
 */
export class ReferenceLine {
  readonly #concertId: string;
  settings: RoomSettings;
  lastNumber = 0;
  /** In order. */
  line: { userId: string; number: number }[] = [];
  readonly slots = new Map<string, Slot>();
  readonly said: string[] = [];
  #touched = false;

  constructor(concertId: string, settings: RoomSettings) {
    this.#concertId = concertId;
    this.settings = settings;
  }

  join(userId: string, nowMs: number): { isNew: boolean; place: ReferencePlace } | 'closed' {
    this.#settle(nowMs);
    const mine = this.#place(userId, undefined, nowMs);
    if (mine !== undefined) return this.#finish({ isNew: false, place: mine }, nowMs);
    if (this.settings.mode === 'drain') return this.#finish('closed', nowMs);
    const number = ++this.lastNumber;
    this.said.push(`token-issued ${userId} ${number}`);
    const isInside =
      this.settings.mode === 'off' ||
      (this.settings.mode === 'open' && this.line.length === 0 && this.slots.size < this.settings.capacity);
    if (isInside) return this.#finish({ isNew: true, place: this.#occupy(userId, number, nowMs) }, nowMs);
    this.line.push({ userId, number });
    return this.#finish({ isNew: true, place: { status: 'WAITING', number, ahead: this.line.length - 1 } }, nowMs);
  }

  poll(userId: string, number: number, nowMs: number): ReferencePlace | undefined {
    return this.#finish(this.#place(userId, number, nowMs), nowMs);
  }

  leave(userId: string, number: number, nowMs: number): boolean {
    if (this.#slotOf(userId, number, nowMs) !== undefined) {
      this.#end(userId, 'left');
      return this.#finish(true, nowMs);
    }
    const waits = this.line.some((waiting) => waiting.userId === userId && waiting.number === number);
    if (waits) {
      this.line = this.line.filter((waiting) => waiting.userId !== userId);
      this.said.push(`token-expired ${userId} ${number} left`);
    }
    return this.#finish(waits, nowMs);
  }

  expire(userId: string, tokenId: string, paymentId: string, nowMs: number): void {
    if (this.#slotOfToken(userId, tokenId, nowMs) !== undefined) this.#end(userId, 'paid');
    this.said.push(`expire-token-reply ${paymentId}`);
    this.#finish(undefined, nowMs);
  }

  hold(userId: string, tokenId: string, reservationId: string, endsAtMs: number, spends: boolean, nowMs: number): void {
    const slot = this.#slotOfToken(userId, tokenId, nowMs);
    if (slot !== undefined && slot.holds.get(reservationId) !== 0) {
      if (spends) this.#end(userId, 'held');
      else slot.holds.set(reservationId, endsAtMs);
    }
    this.#finish(undefined, nowMs);
  }

  release(userId: string, tokenId: string, reservationId: string, nowMs: number): void {
    const slot = this.#slotOfToken(userId, tokenId, nowMs);
    if (slot !== undefined) {
      slot.holds.set(reservationId, 0);
      if (endOf(slot) <= nowMs) this.#end(userId, 'expired');
    }
    this.#finish(undefined, nowMs);
  }

  changeRoom(change: Partial<RoomSettings>, nowMs: number): void {
    const changed = { ...this.settings, ...change };
    if (JSON.stringify(changed) !== JSON.stringify(this.settings)) {
      this.settings = changed;
      this.said.push(`room-changed ${changed.mode} ${changed.capacity}`);
      this.#settle(nowMs);
    }
    this.#finish(undefined, nowMs);
  }

  advance(nowMs: number): void {
    this.#settle(nowMs);
    this.#finish(undefined, nowMs);
  }

  #finish<T>(result: T, nowMs: number): T {
    if (this.#touched) this.#settle(nowMs);
    this.#touched = false;
    return result;
  }

  #settle(nowMs: number): void {
    const due = [...this.slots].filter(([, slot]) => endOf(slot) <= nowMs);
    due.sort(([a, first], [b, second]) => endOf(first) - endOf(second) || (a < b ? -1 : 1));
    for (const [userId, { claimed }] of due) this.#end(userId, claimed ? 'expired' : 'unclaimed');
    const admits: RoomMode[] = ['open', 'drain'];
    while (admits.includes(this.settings.mode) && this.slots.size < this.settings.capacity) {
      const next = this.line.shift();
      if (next === undefined) break;
      this.#touched = true;
      const endsAtMs = nowMs + this.settings.claimSeconds * 1000;
      this.slots.set(next.userId, { number: next.number, claimed: false, endsAtMs, holds: new Map() });
    }
  }

  #place(userId: string, number: number | undefined, nowMs: number): ReferencePlace | undefined {
    const slot = this.#slotOf(userId, number, nowMs);
    if (slot?.claimed) {
      return { status: 'ACTIVE', number: slot.number, passExpiresAtMs: Math.floor(endOf(slot) / 1000) * 1000 };
    }
    if (slot !== undefined) return this.#occupy(userId, slot.number, nowMs);
    const ahead = this.line.findIndex((waiting) => waiting.userId === userId);
    const mine = this.line[ahead];
    if (mine === undefined || (number !== undefined && mine.number !== number)) return undefined;
    if (this.settings.mode !== 'off') return { status: 'WAITING', number: mine.number, ahead };
    this.line.splice(ahead, 1);
    return this.#occupy(userId, mine.number, nowMs);
  }

  #occupy(userId: string, number: number, nowMs: number): ReferencePlace {
    this.#touched = true;
    const endsAtMs = Math.ceil((nowMs + this.settings.passSeconds * 1000) / 1000) * 1000;
    this.slots.set(userId, { number, claimed: true, endsAtMs, holds: new Map() });
    this.said.push(`token-activated ${userId} ${number}`);
    return { status: 'ACTIVE', number, passExpiresAtMs: endsAtMs };
  }

  #slotOf(userId: string, number: number | undefined, nowMs: number): Slot | undefined {
    const slot = this.slots.get(userId);
    if (slot === undefined || (number !== undefined && slot.number !== number)) return undefined;
    if (endOf(slot) > nowMs) return slot;
    this.#end(userId, slot.claimed ? 'expired' : 'unclaimed');
    return undefined;
  }

  #slotOfToken(userId: string, tokenId: string, nowMs: number): Slot | undefined {
    const slot = this.#slotOf(userId, undefined, nowMs);
    return slot !== undefined && tokenIdOf(this.#concertId, userId, slot.number) === tokenId ? slot : undefined;
  }

  #end(userId: string, reason: string): void {
    this.#touched = true;
    this.said.push(`token-expired ${userId} ${this.slots.get(userId)?.number} ${reason}`);
    this.slots.delete(userId);
  }
}

/** When a slot ends, holds considered. */
export const endOf = (slot: { endsAtMs: number; holds: ReadonlyMap<string, number> }): number =>
  Math.max(slot.endsAtMs, ...slot.holds.values());

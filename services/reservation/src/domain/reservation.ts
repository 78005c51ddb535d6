/**
 * The life of a reservation, as decisions without a world: a decision is given the state, the request and
 * the time, and answers with what happened, or with why it may not.
 *
 *     HELD ── confirm ──▶ CONFIRMED ── issue ──▶ ISSUED
 *      │ ▲                 │   │
 *      │ └──── reopen ─────┘   └── cancel ──▶ CANCELLED
 *      ├── expire ──▶ EXPIRED
 *      └── release ─▶ RELEASED
 *
 * Only HELD, CONFIRMED and ISSUED have a claim on their seats.
 */
export type ReservationState =
  /** `reopenedBy`: the payment whose failure gave the hold its clock back. */
  | { readonly status: 'HELD'; readonly holdExpiresAt: Date; readonly reopenedBy: string | null }
  /** No clock: `remainingMs` is what was left of it. */
  | { readonly status: 'CONFIRMED'; readonly paymentId: string; readonly remainingMs: number }
  | { readonly status: 'ISSUED'; readonly paymentId: string }
  | { readonly status: 'CANCELLED'; readonly paymentId: string }
  | { readonly status: 'EXPIRED' }
  | { readonly status: 'RELEASED' };

export type ReservationStatus = ReservationState['status'];

/** A seat as it was sold. */
export interface Ticket {
  readonly id: string;
  readonly concertName: string;
  readonly performanceId: string;
  readonly performanceName: string;
  readonly performAt: Date;
  readonly seat: number;
  readonly priceWon: number;
  readonly reserverName: string | null;
}

export interface Reservation {
  readonly id: string;
  readonly userId: string;
  readonly concertId: string;
  /** The place in line whose pass the seats were held with. */
  readonly queueTokenId: string;
  readonly amountWon: number;
  readonly onFailedPayment: 'keep' | 'cancel';
  readonly createdAt: Date;
  readonly state: ReservationState;
  readonly tickets: readonly Ticket[];
}

export type ReservationEvent =
  | { readonly kind: 'confirmed'; readonly paymentId: string; readonly remainingMs: number }
  | { readonly kind: 'reopened'; readonly paymentId: string; readonly holdExpiresAt: Date }
  | { readonly kind: 'cancelled'; readonly paymentId: string }
  | { readonly kind: 'issued'; readonly paymentId: string }
  | { readonly kind: 'expired' }
  | { readonly kind: 'released' };

/** `event` is null where the request finds its work already done, or has nothing to do. */
export type Decision<Refusal extends string = never> =
  | { readonly outcome: 'done'; readonly event: ReservationEvent | null }
  /** A refusal may come with an event: who meets an expired hold carries the expiry out. */
  | { readonly outcome: 'refused'; readonly code: Refusal; readonly event: ReservationEvent | null };

const done = (event: ReservationEvent | null): Decision<never> => ({ outcome: 'done', event });
const refused = <Code extends string>(code: Code, event: ReservationEvent | null = null): Decision<Code> => ({
  outcome: 'refused',
  code,
  event,
});

/** A hold is over at `holdExpiresAt` itself: the next buyer and the payer agree about that instant. */
export const isExpired = (hold: { holdExpiresAt: Date }, now: Date): boolean =>
  hold.holdExpiresAt.getTime() <= now.getTime();

export interface ConfirmRequest {
  readonly paymentId: string;
  /** What the buyer means to pay; null when they leave it to the price. */
  readonly expectedAmountWon: number | null;
  readonly amountWon: number;
  /** An undo of this payment came before: it must not confirm anything any more. */
  readonly undone: boolean;
}
export type ConfirmRefusal =
  | 'HOLD_EXPIRED'
  | 'ALREADY_PAID'
  | 'PAYMENT_IN_PROGRESS'
  | 'AMOUNT_MISMATCH'
  | 'PAYMENT_TIMED_OUT';

/** A payment starts: the clock stops. */
export const confirm = (state: ReservationState, request: ConfirmRequest, now: Date): Decision<ConfirmRefusal> => {
  if (request.undone) return refused('PAYMENT_TIMED_OUT');
  switch (state.status) {
    case 'HELD':
      return confirmHeld(state, request, now);
    case 'CONFIRMED':
      return state.paymentId === request.paymentId ? done(null) : refused('PAYMENT_IN_PROGRESS');
    case 'ISSUED':
      return refused('ALREADY_PAID');
    case 'EXPIRED':
    case 'RELEASED':
    case 'CANCELLED':
      return refused('HOLD_EXPIRED');
    default:
      return unreachable(state);
  }
};

const confirmHeld = (
  hold: { readonly holdExpiresAt: Date },
  { paymentId, expectedAmountWon, amountWon }: ConfirmRequest,
  now: Date,
): Decision<ConfirmRefusal> => {
  if (isExpired(hold, now)) return refused('HOLD_EXPIRED', { kind: 'expired' });
  if (expectedAmountWon !== null && expectedAmountWon !== amountWon) return refused('AMOUNT_MISMATCH');
  return done({ kind: 'confirmed', paymentId, remainingMs: hold.holdExpiresAt.getTime() - now.getTime() });
};

/** The payment failed: the hold goes on with the time it had left. Nothing to do unless this payment confirmed it. */
export const reopen = (state: ReservationState, paymentId: string, now: Date): Decision => {
  if (!isConfirmedBy(state, paymentId)) return done(null);
  return done({ kind: 'reopened', paymentId, holdExpiresAt: new Date(now.getTime() + state.remainingMs) });
};

/** The payment failed and the policy cancels. Nothing to do unless this payment confirmed it. */
export const cancel = (state: ReservationState, paymentId: string): Decision =>
  done(isConfirmedBy(state, paymentId) ? { kind: 'cancelled', paymentId } : null);

/** The payment completed. Refused only by what must not happen: a completed payment that holds no confirmation. */
export const issue = (state: ReservationState, paymentId: string): Decision<'NOT_CONFIRMED_BY_PAYMENT'> => {
  if (isConfirmedBy(state, paymentId)) return done({ kind: 'issued', paymentId });
  if (state.status === 'ISSUED' && state.paymentId === paymentId) return done(null);
  return refused('NOT_CONFIRMED_BY_PAYMENT');
};

/** The buyer gives the seats back; once they are free, giving them back again is no error. */
export const release = (state: ReservationState, now: Date): Decision<'PAYMENT_IN_PROGRESS' | 'ALREADY_PAID'> => {
  switch (state.status) {
    case 'HELD':
      return done({ kind: isExpired(state, now) ? 'expired' : 'released' });
    case 'CONFIRMED':
      return refused('PAYMENT_IN_PROGRESS');
    case 'ISSUED':
      return refused('ALREADY_PAID');
    case 'EXPIRED':
    case 'RELEASED':
    case 'CANCELLED':
      return done(null);
    default:
      return unreachable(state);
  }
};

/** Only a hold whose time is up expires; a running payment has stopped the clock. */
export const expire = (state: ReservationState, now: Date): Decision =>
  done(state.status === 'HELD' && isExpired(state, now) ? { kind: 'expired' } : null);

/** The state that an event leads to. */
export const evolve = (event: ReservationEvent): ReservationState => {
  switch (event.kind) {
    case 'confirmed':
      return { status: 'CONFIRMED', paymentId: event.paymentId, remainingMs: event.remainingMs };
    case 'reopened':
      return { status: 'HELD', holdExpiresAt: event.holdExpiresAt, reopenedBy: event.paymentId };
    case 'cancelled':
      return { status: 'CANCELLED', paymentId: event.paymentId };
    case 'issued':
      return { status: 'ISSUED', paymentId: event.paymentId };
    case 'expired':
      return { status: 'EXPIRED' };
    case 'released':
      return { status: 'RELEASED' };
    default:
      return unreachable(event);
  }
};

/** When the hold ends that the failure of this payment reopened; null when it reopened none, or it is over. */
export const heldUntil = (state: ReservationState, paymentId: string): Date | null =>
  state.status === 'HELD' && state.reopenedBy === paymentId ? state.holdExpiresAt : null;

/** Whether seats are still claimed in this state. */
export const claimsSeats = (status: ReservationStatus): boolean =>
  status === 'HELD' || status === 'CONFIRMED' || status === 'ISSUED';

/** What a buyer is shown: a hold past its time is over, whether or not its expiry was carried out. */
export const asSeenAt = (state: ReservationState, now: Date): ReservationState =>
  state.status === 'HELD' && isExpired(state, now) ? { status: 'EXPIRED' } : state;

const isConfirmedBy = (
  state: ReservationState,
  paymentId: string,
): state is Extract<ReservationState, { status: 'CONFIRMED' }> =>
  state.status === 'CONFIRMED' && state.paymentId === paymentId;

const unreachable = (value: never): never => {
  throw new TypeError(`unknown case: ${JSON.stringify(value)}`);
};

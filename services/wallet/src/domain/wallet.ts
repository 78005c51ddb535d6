/** A payment's debit or refund as the ledger has it. */
export interface PaymentEntry {
  readonly kind: 'DEBIT' | 'REFUND';
  /** Signed: a debit is negative. */
  readonly amountWon: number;
  /** The wallet's balance after the entry. */
  readonly balanceWon: number;
}

/** How far a payment has come in its buyer's wallet. */
export type PaymentState =
  | { readonly status: 'untouched' }
  | { readonly status: 'debited'; readonly debitedWon: number; readonly balanceWon: number }
  | { readonly status: 'refunded'; readonly refundedWon: number; readonly balanceWon: number }
  /** Its refund came before its debit, so the debit must never happen. */
  | { readonly status: 'barred' };

export function paymentState(entries: readonly PaymentEntry[], barred: boolean): PaymentState {
  const refund = entries.find((entry) => entry.kind === 'REFUND');
  if (refund) return { status: 'refunded', refundedWon: refund.amountWon, balanceWon: refund.balanceWon };
  const debit = entries.find((entry) => entry.kind === 'DEBIT');
  if (debit) return { status: 'debited', debitedWon: -debit.amountWon, balanceWon: debit.balanceWon };
  return { status: barred ? 'barred' : 'untouched' };
}

export type DebitDecision =
  | { readonly kind: 'debit'; readonly amountWon: number }
  /** Nothing to do; the balance is the one that the debit left behind. */
  | { readonly kind: 'debited-before'; readonly balanceWon: number }
  | { readonly kind: 'refuse'; readonly code: 'OUT_OF_BUDGET' | 'PAYMENT_TIMED_OUT' };

/** Takes `amountWon` (0 or more) from a wallet of `balanceWon`: once for a payment, never after its refund. */
export function decideDebit(payment: PaymentState, balanceWon: number, amountWon: number): DebitDecision {
  switch (payment.status) {
    case 'refunded':
    case 'barred':
      return { kind: 'refuse', code: 'PAYMENT_TIMED_OUT' };
    case 'debited':
      return { kind: 'debited-before', balanceWon: payment.balanceWon };
    case 'untouched':
      return balanceWon < amountWon ? { kind: 'refuse', code: 'OUT_OF_BUDGET' } : { kind: 'debit', amountWon };
    default:
      return payment satisfies never;
  }
}

export type RefundDecision =
  | { readonly kind: 'refund'; readonly amountWon: number }
  | { readonly kind: 'refunded-before'; readonly refundedWon: number; readonly balanceWon: number }
  /** There is no debit yet: refuse the one that may still be on its way. */
  | { readonly kind: 'bar-debit' };

/** Undoes a payment's debit, however often it is asked and whichever of the two comes first. */
export function decideRefund(payment: PaymentState): RefundDecision {
  switch (payment.status) {
    case 'debited':
      return { kind: 'refund', amountWon: payment.debitedWon };
    case 'refunded':
      return { kind: 'refunded-before', refundedWon: payment.refundedWon, balanceWon: payment.balanceWon };
    case 'untouched':
    case 'barred':
      return { kind: 'bar-debit' };
    default:
      return payment satisfies never;
  }
}

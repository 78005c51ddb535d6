import type { Policies } from '@frontrow/contracts/concert';
import type { Ticket } from '@frontrow/contracts/reservation';
import type { z } from 'zod';

type TicketData = z.output<typeof Ticket>;

/** What the saga of one payment knows; the parts below `userId` are learnt from replies. */
export interface Purchase {
  readonly paymentId: string;
  readonly reservationId: string;
  readonly userId: string;
  /** The sum of `payments`, if the buyer gave any. */
  readonly expectedAmountWon: number | null;
  readonly price?: Price;
  readonly balanceWon?: number;
  /** End of the hold that a failed payment reopened, ISO 8601. */
  readonly holdExpiresAt?: string | null;
}

export interface Price {
  readonly amountWon: number;
  readonly concertId: string;
  readonly queueTokenId: string;
  readonly onFailedPayment: Policies['onFailedPayment'];
  readonly tickets: readonly TicketData[];
}

/** Only steps after the first ask for it, and the first step's reply brings it. */
export function priceOf(purchase: Purchase): Price {
  if (purchase.price === undefined) {
    throw new Error(`payment ${purchase.paymentId}: no price before the reservation is confirmed`);
  }
  return purchase.price;
}

/** The tickets as they stand once the payment has ended. */
export function ticketsAfter(purchase: Purchase, ended: 'COMPLETED' | 'FAILED'): TicketData[] {
  const { price } = purchase;
  if (price === undefined) {
    return [];
  }
  const status = ended === 'COMPLETED' ? 'ISSUED' : price.onFailedPayment === 'cancel' ? 'CANCELLED' : 'HELD';
  return price.tickets.map((ticket) => ({ ...ticket, status }));
}

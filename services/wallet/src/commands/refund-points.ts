import type { Message, ReplyOf } from '@frontrow/contracts/message';
import { pointsRefunded, type refundPoints as refundPointsCommand } from '@frontrow/contracts/wallet';
import type { UnitOfWork } from '@frontrow/messaging/transact';
import { decideRefund } from '../domain/wallet.ts';
import { appendPaymentEntry } from '../store/ledger.ts';
import { barDebit, lockWallet, readPayment } from '../store/wallets.ts';

type Refund = typeof refundPointsCommand;

/** Undoes a payment's debit once; before the debit it leaves the mark that refuses it. */
export async function refundPoints({ data }: Message<Refund>, uow: UnitOfWork): Promise<ReplyOf<Refund>> {
  const { userId, paymentId } = data;
  const balanceWon = await lockWallet(uow.trx, userId);
  const decision = decideRefund(await readPayment(uow.trx, userId, paymentId));
  switch (decision.kind) {
    case 'bar-debit':
      await barDebit(uow.trx, userId, paymentId);
      return { paymentId, outcome: 'done', refundedWon: 0, balanceWon };
    case 'refunded-before':
      return { paymentId, outcome: 'done', refundedWon: decision.refundedWon, balanceWon: decision.balanceWon };
    case 'refund': {
      const { amountWon } = decision;
      const entry = await appendPaymentEntry(uow.trx, { kind: 'REFUND', userId, amountWon, paymentId });
      uow.emit(pointsRefunded, { userId, paymentId, amountWon, ...entry });
      return { paymentId, outcome: 'done', refundedWon: amountWon, balanceWon: entry.balanceWon };
    }
    default:
      return decision satisfies never;
  }
}

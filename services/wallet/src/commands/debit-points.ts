import type { Message, ReplyOf } from '@frontrow/contracts/message';
import { type debitPoints as debitPointsCommand, pointsDebited } from '@frontrow/contracts/wallet';
import type { UnitOfWork } from '@frontrow/messaging/transact';
import { decideDebit } from '../domain/wallet.ts';
import { appendPaymentEntry } from '../store/ledger.ts';
import { lockWallet, readPayment } from '../store/wallets.ts';

type Debit = typeof debitPointsCommand;

/** Takes a payment's points: once, however often it is asked, and never after its refund. */
export async function debitPoints({ data }: Message<Debit>, uow: UnitOfWork): Promise<ReplyOf<Debit>> {
  const { userId, paymentId } = data;
  const balanceWon = await lockWallet(uow.trx, userId);
  const decision = decideDebit(await readPayment(uow.trx, userId, paymentId), balanceWon, data.amountWon);
  switch (decision.kind) {
    case 'refuse':
      return { paymentId, outcome: 'refused', code: decision.code, balanceWon };
    case 'debited-before':
      return { paymentId, outcome: 'done', balanceWon: decision.balanceWon };
    case 'debit': {
      const { amountWon } = decision;
      const entry = await appendPaymentEntry(uow.trx, { kind: 'DEBIT', userId, amountWon: -amountWon, paymentId });
      uow.emit(pointsDebited, { userId, paymentId, amountWon, ...entry });
      return { paymentId, outcome: 'done', balanceWon: entry.balanceWon };
    }
    default:
      return decision satisfies never;
  }
}

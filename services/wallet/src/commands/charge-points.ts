import { pointsCharged } from '@frontrow/contracts/wallet';
import type { Transact } from '@frontrow/messaging/transact';
import { idempotently } from '@frontrow/service-kit/idempotency';
import { problem } from '@frontrow/service-kit/problem';
import type { Answer } from '@frontrow/service-kit/route-handler';
import { appendCharge } from '../store/ledger.ts';

export interface ChargePoints {
  readonly userId: string;
  readonly amountWon: number;
  readonly idempotencyKey: string | undefined;
}

/** Adds points to a wallet, once for a key. @throws BALANCE_LIMIT_EXCEEDED */
export const chargePoints =
  (transact: Transact) =>
  ({ userId, amountWon, idempotencyKey }: ChargePoints): Promise<Answer> =>
    transact((uow) =>
      idempotently(
        uow.trx,
        { userId, route: 'chargePoints', key: idempotencyKey, request: { amountWon } },
        async () => {
          const entry = await appendCharge(uow.trx, { userId, amountWon });
          if (!entry) throw problem('BALANCE_LIMIT_EXCEEDED');
          uow.emit(pointsCharged, { userId, amountWon, ...entry });
          return { status: 201, body: { userId, balanceWon: entry.balanceWon } };
        },
      ),
    );

import type { Message } from '@frontrow/contracts/message';
import type { tokenExpired } from '@frontrow/contracts/queue';
import type { UnitOfWork } from '@frontrow/messaging/transact';
import type { Clock } from '@frontrow/service-kit/clock';
import { saveSpentToken } from '../store/spent-tokens.ts';

/** Follows the end of a queue token: passes made from it open no seat map any more. */
export const spendToken =
  (clock: Clock) =>
  ({ data }: Message<typeof tokenExpired>, uow: UnitOfWork): Promise<void> =>
    saveSpentToken(uow.trx, {
      tokenId: data.tokenId,
      passesExpireAt: new Date(data.passesExpireAt),
      now: clock(),
    });

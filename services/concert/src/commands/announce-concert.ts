import { concertAnnounced, type Policies } from '@frontrow/contracts/concert';
import type { Transact } from '@frontrow/messaging/transact';
import type { Clock } from '@frontrow/service-kit/clock';
import { idempotently } from '@frontrow/service-kit/idempotency';
import { newId } from '@frontrow/service-kit/ids';
import type { Answer } from '@frontrow/service-kit/route-handler';
import { type Concert, insertConcert } from '../store/concerts.ts';

export interface AnnounceConcert {
  readonly operatorId: string;
  readonly concert: { readonly name: string; readonly artist: string; readonly policies: Policies };
  readonly idempotencyKey: string | undefined;
}

/** Makes a concert known, with its policies, which never change. */
export const announceConcert =
  ({ transact, clock }: { transact: Transact; clock: Clock }) =>
  ({ operatorId, concert: request, idempotencyKey }: AnnounceConcert): Promise<Answer> =>
    transact((uow) =>
      idempotently(
        uow.trx,
        { userId: operatorId, route: 'announceConcert', key: idempotencyKey, request },
        async () => {
          const concert: Concert = { id: newId(), ...request, announcedAt: clock() };
          await insertConcert(uow.trx, concert);
          const { id: concertId, ...rest } = concert;
          uow.emit(concertAnnounced, { concertId, ...rest, announcedAt: concert.announcedAt.toISOString() });
          return { status: 201, body: concert, headers: { location: `/v1/concerts/${concert.id}` } };
        },
      ),
    );

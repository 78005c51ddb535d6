import type { UnitOfWork } from '@frontrow/messaging/transact';
import { deleteSeatStates, type ReservedSeats } from '../store/seat-states.ts';

/** Follows an event that takes a reservation's seats from it. */
export const freeSeats = ({ data }: { readonly data: ReservedSeats }, uow: UnitOfWork): Promise<void> =>
  deleteSeatStates(uow.trx, data);

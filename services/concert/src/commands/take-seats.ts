import type { UnitOfWork } from '@frontrow/messaging/transact';
import type { SeatState } from '../domain/seat-state.ts';
import { type ReservedSeats, saveSeatStates } from '../store/seat-states.ts';

/** Follows an event that leaves a reservation its seats, in the state that the event says. */
export const takeSeats =
  <Data>(stateAfter: (data: Data) => SeatState) =>
  ({ data }: { readonly data: ReservedSeats & Data }, uow: UnitOfWork): Promise<void> =>
    saveSeatStates(uow.trx, data, stateAfter(data));

import type { ServiceName } from '@frontrow/contracts/route';

/** What each service is the truth of, in the words that the documents show. */
export const serviceDescriptions: Readonly<Record<ServiceName, string>> = {
  queue: 'The waiting room: the line and the passes of each concert',
  concert: 'Concerts, performances and seat maps',
  reservation: 'Holds and tickets',
  wallet: 'Points and their ledger',
  payment: 'Payments, each a saga',
};

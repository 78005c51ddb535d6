import { Counter } from 'prom-client';

/** Should stay 0; an alert belongs on it. */
export const unissuablePayments = new Counter({
  name: 'reservation_unissuable_payments_total',
  help: 'Completed payments whose reservation was not confirmed by them, so that no ticket could be issued.',
});

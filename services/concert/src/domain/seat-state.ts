/** What a reservation's newest event says of its seats. */
export type SeatState =
  /** Free again at `holdExpiresAt`, whether or not anybody has said so. */
  | { readonly status: 'held'; readonly holdExpiresAt: Date }
  /** A payment runs: no clock. */
  | { readonly status: 'confirmed' }
  | { readonly status: 'issued' };

export const held = ({ holdExpiresAt }: { readonly holdExpiresAt: string }): SeatState => ({
  status: 'held',
  holdExpiresAt: new Date(holdExpiresAt),
});
export const confirmed = (): SeatState => ({ status: 'confirmed' });
export const issued = (): SeatState => ({ status: 'issued' });

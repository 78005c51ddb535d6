/** Seats 1 to `totalSeats` without the taken ones, ascending. */
export function freeSeats(totalSeats: number, taken: Iterable<number>): number[] {
  const isTaken = new Uint8Array(totalSeats + 1);
  for (const seat of taken) isTaken[seat] = 1;
  const free: number[] = [];
  for (let seat = 1; seat <= totalSeats; seat++) if (!isTaken[seat]) free.push(seat);
  return free;
}

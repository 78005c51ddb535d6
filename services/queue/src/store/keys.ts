/**
 * The names of everything queue keeps in Redis. Keys of a concert carry its id as hash tag (`{…}`), so they lie
 * on one node of a cluster, where one script may touch them all.
 */
export interface Keys {
  /** Ids of all concerts that have a room: a set. */
  readonly concerts: string;
  /** The private keys that sign tokens, unless the environment brings them: JSON. */
  readonly signingKeys: string;
  readonly room: (concertId: string) => string;
  readonly events: (concertId: string) => string;
  /** Mark of a command that was handled. */
  readonly handled: (concertId: string, commandId: string) => string;
  /** What every script gets: room, line, slots, passes, events. */
  readonly ofConcert: (concertId: string) => string[];
}

export const createKeys = (namespace: string): Keys => {
  const of = (concertId: string, what: string) => `${namespace}queue:{${concertId}}:${what}`;
  return {
    concerts: `${namespace}queue:concerts`,
    signingKeys: `${namespace}queue:signing-keys`,
    room: (concertId) => of(concertId, 'room'),
    events: (concertId) => of(concertId, 'events'),
    handled: (concertId, commandId) => of(concertId, `handled:${commandId}`),
    ofConcert: (concertId) => ['room', 'line', 'slots', 'passes', 'events'].map((what) => of(concertId, what)),
  };
};

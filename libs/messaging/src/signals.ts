/**
 * Short notes between the instances of one service, by LISTEN/NOTIFY of its database: "this payment has ended".
 * A note can get lost (a connection breaks, nobody listens): whoever waits for one also looks for itself now
 * and then. Notes sent while the connection is down are sent when it is back.
 */
export interface Signals {
  /**
   * Tells every instance, this one included, at once and outside of any transaction: call it after the commit
   * (`uow.afterCommit`).
   *
   * @param channel letters, digits, `-`, `_` and `.`
   * @param payload up to 7,900 bytes together with the channel
   */
  notify(channel: string, payload: string): void;
  /** Calls the listener with each payload. Returns the function that ends it. */
  subscribe(channel: string, listener: (payload: string) => void): () => void;
}

import pg from 'pg';

/** Everything that instances of a service tell each other goes through one PostgreSQL channel. */
const CHANNEL = 'frontrow';

/** The server ends a session that has been silent for so long, and its locks with it … */
const IDLE_SESSION_TIMEOUT_MS = 10_000;
/** … which only an instance that is frozen or cut off can be. */
const PING_INTERVAL_MS = 2_000;
const QUERY_TIMEOUT_MS = 5_000;

const SET_UP = `
  set idle_session_timeout = ${IDLE_SESSION_TIMEOUT_MS};
  set statement_timeout = ${QUERY_TIMEOUT_MS};
  -- A deletion that a crash of the server forgets is a message sent again, which inboxes know. Nothing is gained
  -- by waiting for the disk.
  set synchronous_commit = off;
  -- The outbox is read through its key, whatever the statistics of a table that is empty one moment say.
  set enable_seqscan = off;
  listen ${CHANNEL};`;

export interface SessionEvents {
  onNote: (note: string) => void;
}

/**
 * The connection of an instance's relay: it holds the locks of its buckets, reads them, and hears what other
 * instances say. It is dead for good after its first error: whoever holds it makes a new one.
 */
export class RelaySession {
  readonly #client: pg.Client;
  #ping: NodeJS.Timeout | undefined;
  #dead: Error | undefined;
  #onDeath: ((error: Error) => void)[] = [];

  private constructor(client: pg.Client) {
    this.#client = client;
    client.on('error', (error) => this.#die(error));
    client.on('end', () => this.#die(new Error('the connection was closed')));
  }

  static async open(databaseUrl: string, applicationName: string, events: SessionEvents): Promise<RelaySession> {
    const client = new pg.Client({
      connectionString: databaseUrl,
      application_name: applicationName,
      keepAlive: true,
      // Pings and notes don't wait for a read, nor it for them.
      pipeline: true,
      connectionTimeoutMillis: 5_000,
      query_timeout: QUERY_TIMEOUT_MS + 1_000,
    });
    const session = new RelaySession(client);
    try {
      await client.connect();
      const own = (client as unknown as { processID: number }).processID;
      client.on('notification', ({ channel, payload, processId }) => {
        if (channel === CHANNEL && processId !== own && payload !== undefined) events.onNote(payload);
      });
      await session.query(SET_UP);
    } catch (error) {
      await session.close();
      throw error;
    }
    session.#ping = setInterval(() => void session.query('select 1').catch(() => undefined), PING_INTERVAL_MS);
    return session;
  }

  get alive(): boolean {
    return this.#dead === undefined;
  }

  /** Calls back once, as soon as the session is known to be dead. */
  whenDead(callback: (error: Error) => void): void {
    if (this.#dead) callback(this.#dead);
    else this.#onDeath.push(callback);
  }

  /** @param name of a statement that is run often, for the server to plan it once */
  async query<Row extends pg.QueryResultRow>(text: string, values?: unknown[], name?: string): Promise<Row[]> {
    if (this.#dead) throw this.#dead;
    try {
      const result = await this.#client.query<Row>({ text, values, name });
      return result.rows;
    } catch (error) {
      // Whatever failed, whether the locks are still held is no longer certain.
      this.#die(error as Error);
      throw error;
    }
  }

  /** Tells the other instances; not this one. */
  async tell(notes: readonly string[]): Promise<void> {
    await this.query(`select pg_notify('${CHANNEL}', note) from unnest($1::text[]) as note`, [notes]);
  }

  async close(): Promise<void> {
    this.#die(new Error('the session was closed'));
    await this.#client.end().catch(() => undefined);
  }

  #die(error: Error): void {
    if (this.#dead) return;
    this.#dead = error;
    clearInterval(this.#ping);
    // Without waiting for an answer: after a time-out there may never be one.
    void this.#client.end().catch(() => undefined);
    for (const callback of this.#onDeath.splice(0)) callback(error);
  }
}

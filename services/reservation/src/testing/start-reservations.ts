import { type Policies, performanceScheduled } from '@frontrow/contracts/concert';
import { newId } from '@frontrow/service-kit/ids';
import { createDatabase } from '@frontrow/service-kit/postgres';
import { type ApiAnswer, api } from '@frontrow/testing/api';
import { deleteTopics } from '@frontrow/testing/delete-topics';
import { eventually } from '@frontrow/testing/eventually';
import { startTestIssuer } from '@frontrow/testing/issuer';
import { startKafkaProbe } from '@frontrow/testing/kafka-probe';
import { silentLogger } from '@frontrow/testing/logger';
import { startTestQueueKeys } from '@frontrow/testing/queue-keys';
import { createTestDatabase, testKafka } from '@frontrow/testing/servers';
import { readConfig } from '../config.ts';
import { createService, type Overrides } from '../service.ts';

export interface Seat {
  readonly performanceId: string;
  readonly seat: number;
  readonly reserverName?: string;
}

export interface HoldOptions {
  /** Which instance is asked. */
  readonly instance?: number;
  readonly key?: string;
  /** A queue token; a good pass for the concert of the first seat unless set. */
  readonly pass?: string;
}

const NEVER_MS = 24 * 60 * 60 * 1000;
/** For tests of what must hold whether or not the sweeper comes by. */
export const withoutSweeper: Overrides = { sweepEveryMs: NEVER_MS };

const defaultPolicies: Policies = {
  maxSeatsPerUser: 1,
  holdSeconds: 300,
  onFailedPayment: 'keep',
  expireTokenOn: 'payment',
  requireBalanceAtHold: false,
};

/** Instances of the service on one database, with buyers' view and Kafka's. */
export async function startReservations({
  instances = 1,
  overrides = {},
}: {
  instances?: number;
  overrides?: Overrides;
} = {}) {
  const [database, issuer, queue] = await Promise.all([createTestDatabase(), startTestIssuer(), startTestQueueKeys()]);
  const kafka = testKafka();
  const config = readConfig({
    PORT: '0',
    KAFKA_BROKERS: kafka.brokers.join(','),
    KAFKA_NAMESPACE: kafka.namespace,
    DATABASE_URL: database.url,
    OIDC_ISSUER: issuer.issuer,
    OIDC_JWKS_URL: issuer.jwksUrl,
    OIDC_AUDIENCE: issuer.audience,
    QUEUE_JWKS_URL: queue.jwksUrl,
  });
  const services = Array.from({ length: instances }, () =>
    createService(config, { logger: silentLogger(), ...overrides }),
  );
  await Promise.all(services.map((service) => service.start()));
  const probe = await startKafkaProbe(kafka, ['reservation.events', 'payment.replies']);
  const db = createDatabase({ url: database.url, poolSize: 4 });
  const concertOf = new Map<string, string>();

  const as = async (userId: string, instance = 0) =>
    api(services[instance]?.url as string, await issuer.tokenFor(userId));

  return {
    db,
    probe,
    queue,
    as,

    /** Announces a performance as concert does, and waits until it is known here. Returns its id. */
    async performance({
      concertId = newId(),
      policies = {},
      ...details
    }: Partial<Omit<Parameters<typeof performanceScheduled.key>[0], 'policies'>> & {
      policies?: Partial<Policies>;
    } = {}): Promise<string> {
      const performanceId = newId();
      await probe.send('concert', performanceScheduled, {
        performanceId,
        concertId,
        concertName: 'Winter Night',
        name: 'Christmas Eve',
        performAt: '2099-12-24T10:00:00.000Z',
        priceWon: 88_000,
        totalSeats: 50,
        ...details,
        policies: { ...defaultPolicies, ...policies },
      });
      await eventually(async () => (await db('performances').where({ id: performanceId }).first()) !== undefined);
      concertOf.set(performanceId, concertId);
      return performanceId;
    },

    /** POST /v1/reservations, with a good pass and a new key unless the options say otherwise. */
    async hold(userId: string, seats: readonly Seat[], options: HoldOptions = {}): Promise<ApiAnswer> {
      const concertId = concertOf.get(seats[0]?.performanceId as string) ?? newId();
      const pass = options.pass ?? (await queue.passFor({ userId, concertId }));
      const headers = { 'queue-token': pass, 'idempotency-key': options.key ?? newId() };
      return (await as(userId, options.instance)).post('/v1/reservations', { body: { seats }, headers });
    },

    /** Makes the time of a hold be up, as if it had begun long ago. */
    async runOut(reservationId: string): Promise<void> {
      await db('reservations')
        .where({ id: reservationId, status: 'HELD' })
        .update({ hold_expires_at: db.raw(`date_trunc('milliseconds', statement_timestamp()) - interval '1 minute'`) });
    },

    async stop() {
      await Promise.all([...services.map((service) => service.stop()), probe.stop()]);
      await Promise.all([issuer.stop(), queue.stop(), db.destroy(), deleteTopics(kafka)]);
      await database.drop();
    },
  };
}

export type Reservations = Awaited<ReturnType<typeof startReservations>>;

/** How many answers there were of each status and code: `{ '201': 1, '409 ALREADY_TAKEN': 499 }`. */
export const tally = (answers: readonly ApiAnswer[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { status, body } of answers) {
    const name = [status, body.code].filter((part) => part !== undefined).join(' ');
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
};

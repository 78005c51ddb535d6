import type { seatsHeld } from '@frontrow/contracts/reservation';
import type { DataOf } from '@frontrow/contracts/message';
import { createDatabase } from '@frontrow/service-kit/postgres';
import { newId } from '@frontrow/service-kit/ids';
import { type Api, api } from '@frontrow/testing/api';
import { deleteTopics } from '@frontrow/testing/delete-topics';
import { startTestIssuer } from '@frontrow/testing/issuer';
import { startKafkaProbe } from '@frontrow/testing/kafka-probe';
import { silentLogger } from '@frontrow/testing/logger';
import { type PassClaims, startTestQueueKeys } from '@frontrow/testing/queue-keys';
import { createTestDatabase, testKafka } from '@frontrow/testing/servers';
import { readConfig } from '../config.ts';
import { createService } from '../service.ts';

/** Instances of the service on one database, with a clock that tests move, and the world around them. */
export async function startConcerts({ instances = 1 } = {}) {
  const [database, issuer, queueKeys] = [
    await createTestDatabase(),
    await startTestIssuer(),
    await startTestQueueKeys(),
  ];
  const kafka = testKafka();
  const config = readConfig({
    PORT: '0',
    KAFKA_BROKERS: kafka.brokers.join(','),
    KAFKA_NAMESPACE: kafka.namespace,
    DATABASE_URL: database.url,
    OIDC_ISSUER: issuer.issuer,
    OIDC_JWKS_URL: issuer.jwksUrl,
    OIDC_AUDIENCE: issuer.audience,
    QUEUE_JWKS_URL: queueKeys.jwksUrl,
  });
  const time = { now: new Date() };
  const overrides = { logger: silentLogger(), clock: () => time.now };
  const services = Array.from({ length: instances }, () => createService(config, overrides));
  await Promise.all(services.map((service) => service.start()));
  const probe = await startKafkaProbe(kafka, ['concert.events']);
  const db = createDatabase({ url: database.url, poolSize: 4 });
  const urlOf = (instance: number) => services[instance]?.url as string;
  const operator = api(urlOf(0), await issuer.tokenFor('operator-kim', { roles: ['operator'] }));

  const announce = async (concert: Record<string, unknown> = {}): Promise<string> => {
    const body = { name: 'Winter Night', artist: 'The Frontrow Band', ...concert };
    return (await operator.post('/v1/concerts', { body })).body.id;
  };
  const schedule = async (concertId: string, performance: Record<string, unknown> = {}): Promise<string> => {
    const performAt = new Date(time.now.getTime() + 86_400_000).toISOString();
    const body = { name: 'Christmas Eve', performAt, priceWon: 88_000, ...performance };
    return (await operator.post(`/v1/concerts/${concertId}/performances`, { body })).body.id;
  };

  return {
    db,
    kafka,
    probe,
    time,
    operator,
    announce,
    schedule,
    anonymous: (instance = 0): Api => api(urlOf(instance)),
    as: async (userId: string, instance = 0): Promise<Api> => api(urlOf(instance), await issuer.tokenFor(userId)),
    passFor: (claims: PassClaims) => queueKeys.passFor(claims),
    /** What reservation says of seats of one performance, for a hold of five minutes. */
    held: (concertId: string, performanceId: string, ...seats: number[]): DataOf<typeof seatsHeld> => ({
      reservationId: newId(),
      userId: 'somebody',
      concertId,
      queueTokenId: newId(),
      seats: seats.map((seat) => ({ performanceId, seat })),
      holdExpiresAt: new Date(time.now.getTime() + 300_000).toISOString(),
      amountWon: 88_000 * seats.length,
      expireTokenOn: 'payment',
    }),
    async stop() {
      await Promise.all([...services.map((service) => service.stop()), probe.stop(), issuer.stop(), queueKeys.stop()]);
      await Promise.all([db.destroy(), deleteTopics(kafka)]);
      await database.drop();
    },
  };
}

export type Concerts = Awaited<ReturnType<typeof startConcerts>>;

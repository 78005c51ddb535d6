import { createDatabase } from '@frontrow/service-kit/postgres';
import { type Api, api } from '@frontrow/testing/api';
import { deleteTopics } from '@frontrow/testing/delete-topics';
import { startTestIssuer } from '@frontrow/testing/issuer';
import { startKafkaProbe } from '@frontrow/testing/kafka-probe';
import { silentLogger } from '@frontrow/testing/logger';
import { createTestDatabase, testKafka } from '@frontrow/testing/servers';
import { readConfig } from '../config.ts';
import { createService } from '../service.ts';

/** Instances of the service on one database, with a user's view and Kafka's. */
export async function startWallets({ instances = 1 } = {}) {
  const [database, issuer, kafka] = [await createTestDatabase(), await startTestIssuer(), testKafka()];
  const config = readConfig({
    PORT: '0',
    KAFKA_BROKERS: kafka.brokers.join(','),
    KAFKA_NAMESPACE: kafka.namespace,
    DATABASE_URL: database.url,
    OIDC_ISSUER: issuer.issuer,
    OIDC_JWKS_URL: issuer.jwksUrl,
    OIDC_AUDIENCE: issuer.audience,
  });
  const services = Array.from({ length: instances }, () => createService(config, { logger: silentLogger() }));
  await Promise.all(services.map((service) => service.start()));
  const probe = await startKafkaProbe(kafka, ['wallet.events', 'payment.replies']);
  const db = createDatabase({ url: database.url, poolSize: 2 });

  return {
    db,
    probe,
    /** The API as this user sees it, on one of the instances. */
    as: async (userId: string, instance = 0): Promise<Api> =>
      api(services[instance]?.url as string, await issuer.tokenFor(userId)),
    anonymous: () => api(services[0]?.url as string),
    async stop() {
      await Promise.all([...services.map((service) => service.stop()), probe.stop(), issuer.stop()]);
      await Promise.all([db.destroy(), deleteTopics(kafka)]);
      await database.drop();
    },
  };
}

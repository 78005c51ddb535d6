import { type AnyCommandType, type Message, type ReplyOf } from '@frontrow/contracts/message';
import type { ServiceName } from '@frontrow/contracts/route';
import { createDatabase } from '@frontrow/service-kit/postgres';
import { type Api, api } from '@frontrow/testing/api';
import { deleteTopics } from '@frontrow/testing/delete-topics';
import { eventually } from '@frontrow/testing/eventually';
import { startTestIssuer } from '@frontrow/testing/issuer';
import { startKafkaProbe } from '@frontrow/testing/kafka-probe';
import { silentLogger } from '@frontrow/testing/logger';
import { createTestDatabase, testKafka } from '@frontrow/testing/servers';
import { readConfig } from '../config.ts';
import { createService } from '../service.ts';

/** Instances of the service on one database; the test plays the services that take its commands. */
export async function startPayments({ instances = 1 } = {}) {
  const [database, issuer, kafka] = [await createTestDatabase(), await startTestIssuer(), testKafka()];
  let aheadMs = 0;
  const config = readConfig({
    PORT: '0',
    KAFKA_BROKERS: kafka.brokers.join(','),
    KAFKA_NAMESPACE: kafka.namespace,
    DATABASE_URL: database.url,
    OIDC_ISSUER: issuer.issuer,
    OIDC_JWKS_URL: issuer.jwksUrl,
    OIDC_AUDIENCE: issuer.audience,
  });
  const clock = () => new Date(Date.now() + aheadMs);
  const services = Array.from({ length: instances }, () => createService(config, { logger: silentLogger(), clock }));
  await Promise.all(services.map((service) => service.start()));
  const probe = await startKafkaProbe(kafka, [
    'reservation.commands',
    'wallet.commands',
    'queue.commands',
    'payment.events',
  ]);
  const db = createDatabase({ url: database.url, poolSize: 2 });

  return {
    db,
    probe,
    as: async (userId: string, instance = 0): Promise<Api> =>
      api(services[instance]?.url as string, await issuer.tokenFor(userId)),
    /** Lets the clock of every instance jump. */
    passTime: (ms: number) => {
      aheadMs += ms;
    },
    /** Waits for the n-th command of this type that belongs to the payment. */
    command: <C extends AnyCommandType>(type: C, paymentId: string, nth = 0): Promise<Message<C>> =>
      eventually(() => probe.seen(type).filter((command) => command.correlationId === paymentId)[nth], {
        what: `${type.type} number ${nth}`,
      }),
    answer: <C extends AnyCommandType>(as: ServiceName, type: C, command: Message<C>, reply: ReplyOf<C>) =>
      probe.send(as, type.reply, reply, { causationId: command.id, correlationId: command.correlationId as string }),
    stopInstance: async (instance: number) => services.splice(instance, 1)[0]?.stop(),
    async stop() {
      await Promise.all([...services.map((service) => service.stop()), probe.stop(), issuer.stop()]);
      await Promise.all([db.destroy(), deleteTopics(kafka)]);
      await database.drop();
    },
  };
}

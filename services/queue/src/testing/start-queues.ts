import { concertAnnounced } from '@frontrow/contracts/concert';
import type { AnyMessageType, Message } from '@frontrow/contracts/message';
import { newId } from '@frontrow/service-kit/ids';
import { type ApiAnswer, api } from '@frontrow/testing/api';
import { deleteTopics } from '@frontrow/testing/delete-topics';
import { eventually } from '@frontrow/testing/eventually';
import { startTestIssuer } from '@frontrow/testing/issuer';
import { startKafkaProbe } from '@frontrow/testing/kafka-probe';
import { silentLogger } from '@frontrow/testing/logger';
import { testKafka, testRedis } from '@frontrow/testing/servers';
import { type Config, readConfig } from '../config.ts';
import { createService } from '../service.ts';

const OPERATOR = 'operator-kim';

/** Instances of the service on one Redis and one Kafka, with buyers', an operator's and Kafka's view. */
export async function startQueues({
  instances = 2,
  redisUrl,
}: {
  instances?: number;
  /** Another way to the same Redis. */
  redisUrl?: string;
} = {}) {
  const [issuer, kafka, redis] = [await startTestIssuer(), testKafka(), testRedis()];
  const settings = readConfig({
    PORT: '0',
    KAFKA_BROKERS: kafka.brokers.join(','),
    KAFKA_NAMESPACE: kafka.namespace,
    REDIS_URL: redisUrl ?? redis.url,
    OIDC_ISSUER: issuer.issuer,
    OIDC_JWKS_URL: issuer.jwksUrl,
    OIDC_AUDIENCE: issuer.audience,
    QUEUE_DEFAULT_CAPACITY: '1',
  });
  const config: Config = { ...settings, redisNamespace: redis.namespace };
  const services = await Promise.all(
    Array.from({ length: instances }, () => createService(config, { logger: silentLogger() })),
  );
  await Promise.all(services.map((service) => service.start()));
  const probe = await startKafkaProbe(kafka, ['queue.events', 'payment.replies']);

  const tokens = new Map<string, string>();
  /** One's requests go to the instances in turn. */
  let turn = 0;
  const as = async (userId: string) => {
    const token =
      tokens.get(userId) ?? (await issuer.tokenFor(userId, { roles: userId === OPERATOR ? ['operator'] : [] }));
    tokens.set(userId, token);
    return api(services[turn++ % instances]?.url as string, token);
  };
  const steer = async (concertId: string, change: unknown): Promise<ApiAnswer> =>
    (await as(OPERATOR)).put(`/v1/queue/concerts/${concertId}`, { body: change });

  return {
    probe,
    as,
    steer,
    join: async (userId: string, concertId: string): Promise<ApiAnswer> =>
      (await as(userId)).post('/v1/queue/tokens', { body: { concertId } }),
    poll: async (userId: string, token: string, headers: Record<string, string> = {}): Promise<ApiAnswer> =>
      (await as(userId)).get('/v1/queue/tokens/me', { headers: { 'queue-token': token, ...headers } }),
    leave: async (userId: string, token: string): Promise<ApiAnswer> =>
      (await as(userId)).delete('/v1/queue/tokens/me', { headers: { 'queue-token': token } }),
    room: async (concertId: string): Promise<ApiAnswer> => (await as(OPERATOR)).get(`/v1/queue/concerts/${concertId}`),

    /** Announces a concert as the concert service does, and sets up its room. Returns its id. */
    async announce(room: Record<string, unknown> = {}, concertId: string = newId()): Promise<string> {
      await probe.send(
        'concert',
        concertAnnounced,
        concertAnnounced.data.parse({ ...concertAnnounced.example, concertId }),
      );
      await eventually(async () => (await steer(concertId, room)).status === 200, { what: 'the waiting room' });
      return concertId;
    },
    /** Messages about a concert that have come out of Kafka. */
    said: <M extends AnyMessageType>(type: M, concertId: string): Message<M>[] =>
      probe.seen(type).filter(({ data }) => data.concertId === concertId),
    jwksUrl: `${services[0]?.url}/.well-known/jwks.json`,
    async stop() {
      await Promise.all([...services.map((service) => service.stop()), probe.stop()]);
      await Promise.all([issuer.stop(), deleteTopics(kafka)]);
    },
  };
}

export type Queues = Awaited<ReturnType<typeof startQueues>>;

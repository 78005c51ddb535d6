import type { AnyMessageType, DataOf, Message } from '@frontrow/contracts/message';
import type { ServiceName } from '@frontrow/contracts/route';
import type { TopicName } from '@frontrow/contracts/topics';
import { type Envelope, open, seal } from '@frontrow/messaging/envelope';
import { createKafka, plainTopicName, topicName } from '@frontrow/messaging/kafka';
import type { KafkaMessage } from 'kafkajs';
import { silentLogger } from './logger.ts';
import { testKafka } from './servers.ts';

/** Another service, as seen from Kafka: it sends messages as if it were that service, and sees what is sent. */
export interface KafkaProbe {
  /** Resolves once the broker has the message. */
  send<M extends AnyMessageType>(
    as: ServiceName,
    type: M,
    data: DataOf<M>,
    about?: { correlationId?: string; causationId?: string },
  ): Promise<Envelope>;
  /** Sends the same message again, to the byte. */
  resend(envelope: Envelope): Promise<void>;
  /** Every message of this type so far, those of one key in their order. */
  seen<M extends AnyMessageType>(type: M): Message<M>[];
  stop(): Promise<void>;
}

/** Watches topics, which must exist, from their beginning. */
export async function startKafkaProbe(
  { brokers, namespace }: ReturnType<typeof testKafka>,
  watched: readonly TopicName[],
): Promise<KafkaProbe> {
  const settings = { brokers, namespace, clientId: 'probe', replicationFactor: 1, logger: silentLogger() };
  const kafka = createKafka(settings);
  const producer = kafka.producer({ idempotent: true });
  const consumer = kafka.consumer({ groupId: `${namespace}probe`, maxWaitTimeInMs: 20 });
  const messages: { topic: string; message: KafkaMessage }[] = [];
  await Promise.all([producer.connect(), consumer.connect()]);
  await consumer.subscribe({ topics: watched.map((topic) => topicName(settings, topic)), fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ topic, message }) => {
      messages.push({ topic: plainTopicName(settings, topic), message });
    },
  });

  const resend = async ({ topic, key, headers, value }: Envelope): Promise<void> => {
    await producer.send({ topic: topicName(settings, topic), acks: -1, messages: [{ key, headers, value }] });
  };
  return {
    resend,
    async send(as, type, data, about) {
      const envelope = seal(as, type, data, about);
      await resend(envelope);
      return envelope;
    },
    seen: (type) =>
      messages
        .filter(({ message }) => message.headers?.ce_type?.toString() === type.type)
        .map(({ topic, message }) => open(type, topic, message)),
    async stop() {
      await Promise.all([producer.disconnect(), consumer.disconnect()]);
    },
  };
}

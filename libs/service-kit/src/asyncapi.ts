import { allMessages } from '@frontrow/contracts/catalogue';
import { examples } from '@frontrow/contracts/examples';
import type { AnyCommandType, AnyMessageType } from '@frontrow/contracts/message';
import { type ServiceName, services } from '@frontrow/contracts/route';
import { type TopicName, type TopicSettings, topics } from '@frontrow/contracts/topics';
import { z } from 'zod';
import { messagesReadBy, senderOf } from './docs/message-routes.ts';
import { serviceDescriptions } from './docs/services.ts';
import { version } from './docs/version.ts';

export type JsonObject = { readonly [member: string]: unknown };

/** Headers of every message: CloudEvents 1.0, Kafka protocol binding, binary mode. */
const cloudEventHeaders = {
  type: 'object',
  required: ['ce_specversion', 'ce_id', 'ce_type', 'ce_source', 'ce_time', 'content-type'],
  properties: {
    ce_specversion: { type: 'string', const: '1.0' },
    ce_id: { type: 'string', format: 'uuid', description: 'UUIDv7; the same id is the same message' },
    ce_type: { type: 'string' },
    ce_source: { type: 'string', examples: ['/frontrow/reservation'] },
    ce_subject: { type: 'string', description: 'what the message is about: its key' },
    ce_time: { type: 'string', format: 'date-time' },
    'content-type': { type: 'string', const: 'application/json' },
    traceparent: { type: 'string', description: 'W3C trace context' },
    correlationid: { type: 'string', description: 'the business flow: a payment’s id for saga messages' },
    causationid: { type: 'string', description: 'id of the message that caused this one; a reply’s is its command’s' },
  },
} as const;

/** Every topic and message on Kafka, as AsyncAPI 3.0, from the messages of `contracts`. */
export const asyncApiDocument = () => ({
  asyncapi: '3.0.0',
  info: {
    title: 'Frontrow messages',
    version,
    description:
      'What the services tell each other over Kafka: CloudEvents 1.0 in binary mode with JSON values. Messages with ' +
      'one key keep their order; a message may come twice, with the same `ce_id`.',
    license: { name: 'Apache-2.0' },
    tags: services.map((name) => ({ name, description: serviceDescriptions[name] })),
  },
  defaultContentType: 'application/json',
  servers: { kafka: { host: 'localhost:9092', protocol: 'kafka', description: 'KAFKA_BROKERS of the services' } },
  channels: Object.fromEntries(topicNames.map((topic) => [topic, channel(topic)])),
  operations: Object.fromEntries([...services.flatMap(sendOperations), ...services.flatMap(receiveOperations)]),
  components: {
    messages: Object.fromEntries(allMessages.map((message) => [message.type, messageObject(message)])),
    messageTraits: { cloudEvent: { headers: cloudEventHeaders } },
  },
});

const topicNames = Object.keys(topics) as TopicName[];
const DAY_MS = 24 * 60 * 60 * 1000;

const channel = (topic: TopicName) => {
  const { partitions, retentionMs, cleanup }: TopicSettings = topics[topic];
  return {
    address: topic,
    description: descriptionOf(topic),
    messages: Object.fromEntries(
      messagesOn(topic).map(({ type }) => [type, { $ref: `#/components/messages/${type}` }]),
    ),
    bindings: {
      kafka: {
        topic,
        partitions,
        topicConfiguration: { 'cleanup.policy': [cleanup], 'retention.ms': retentionMs },
        bindingVersion: '0.5.0',
      },
    },
  };
};

const messagesOn = (topic: TopicName): AnyMessageType[] => allMessages.filter((message) => message.topic === topic);

const descriptionOf = (topic: TopicName): string => {
  const [owner, kind] = topic.split('.') as [string, string];
  const { retentionMs }: TopicSettings = topics[topic];
  const kept = retentionMs < 0 ? 'The newest of each key is kept for ever.' : `Kept for ${retentionMs / DAY_MS} days.`;
  const what: Record<string, string> = {
    events: `What happened in ${owner}.`,
    commands: `What the payment saga asks of ${owner}.`,
    replies: 'What the services answered to the saga’s commands.',
    dlq: `Messages that ${owner} could not handle, as they came, with the reason in their headers.`,
  };
  return `${what[kind]} ${kept}`;
};

const messageObject = (message: AnyMessageType) => ({
  name: message.type,
  title: titleOf(message.type),
  summary: message.summary,
  contentType: 'application/json',
  tags: [{ name: message.kind }, { name: message.type.split('.')[1] }],
  traits: [{ $ref: '#/components/messageTraits/cloudEvent' }],
  payload: payloadSchema(message),
  bindings: { kafka: { key: { type: 'string', examples: [message.key(message.example)] }, bindingVersion: '0.5.0' } },
  examples: [{ headers: exampleHeaders(message), payload: message.example }],
});

/** `frontrow.queue.token-issued.v1` → `token-issued` */
export const titleOf = (type: string): string => type.split('.')[2] ?? type;

export const payloadSchema = (message: AnyMessageType): JsonObject => {
  const { $schema: _dialect, ...schema } = z.toJSONSchema(message.data, { io: 'output' });
  return schema;
};

export const exampleHeaders = (message: AnyMessageType): Record<string, string> => ({
  ce_specversion: '1.0',
  ce_id: examples.messageId,
  ce_type: message.type,
  ce_source: `/frontrow/${senderOf(message)}`,
  ce_subject: message.key(message.example),
  ce_time: examples.instant,
  'content-type': 'application/json',
});

type Operation = [id: string, operation: JsonObject];

const sendOperations = (service: ServiceName): Operation[] => {
  const sent = allMessages.filter((message) => senderOf(message) === service);
  return [...Map.groupBy(sent, ({ topic }) => topic)].map(([topic, messages]) => [
    `${service}.send.${topic}`,
    operation('send', service, topic, messages),
  ]);
};

/** Commands stand one by one, each with its reply. */
const receiveOperations = (service: ServiceName): Operation[] => {
  const read = messagesReadBy[service];
  const others = Map.groupBy(
    read.filter(({ kind }) => kind !== 'command'),
    ({ topic }) => topic,
  );
  return [
    ...read
      .filter(isCommand)
      .map(
        (command): Operation => [
          `${service}.receive.${titleOf(command.type)}`,
          { ...operation('receive', service, command.topic, [command]), reply: replyTo(command) },
        ],
      ),
    ...[...others].map(
      ([topic, messages]): Operation => [`${service}.receive.${topic}`, operation('receive', service, topic, messages)],
    ),
  ];
};

const isCommand = (message: AnyMessageType): message is AnyCommandType => message.kind === 'command';

const operation = (
  action: 'send' | 'receive',
  service: ServiceName,
  topic: TopicName,
  messages: readonly AnyMessageType[],
): JsonObject => ({
  action,
  channel: { $ref: `#/channels/${topic}` },
  summary: `${service} ${action === 'send' ? 'sends' : 'reads'} ${topic}`,
  tags: [{ name: service }],
  messages: messages.map(({ type }) => ({ $ref: `#/channels/${topic}/messages/${type}` })),
});

const replyTo = ({ reply }: AnyCommandType): JsonObject => ({
  channel: { $ref: `#/channels/${reply.topic}` },
  messages: [{ $ref: `#/channels/${reply.topic}/messages/${reply.type}` }],
});

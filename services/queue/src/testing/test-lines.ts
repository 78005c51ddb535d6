import { allMessages } from '@frontrow/contracts/catalogue';
import { silentLogger } from '@frontrow/testing/logger';
import { testRedis } from '@frontrow/testing/servers';
import { Redis } from 'ioredis';
import { createKeys } from '../store/keys.ts';
import { createLines, type Lines } from '../store/lines.ts';
import { connectRedis, createRedis } from '../store/redis.ts';

export interface TestLines {
  /** Two instances, each with a connection of its own. */
  readonly instances: readonly [Lines, Lines];
  /** A third, for looking at what the scripts left. */
  readonly redis: Redis;
  readonly keys: ReturnType<typeof createKeys>;
  readonly namespace: string;
  /** What was written to the outbox of a concert, in order; each is checked against its schema. */
  messages(concertId: string): Promise<WrittenMessage[]>;
  stop(): Promise<void>;
}

export interface WrittenMessage {
  readonly id: string;
  readonly name: string;
  readonly key: string;
  readonly time: string;
  readonly data: Record<string, unknown>;
  readonly correlationid?: string;
  readonly causationid?: string;
}

/** Lines on a real Redis under a prefix of their own, with a clock that the test moves, if it brings one. */
export const startTestLines = async (nowMs?: () => number): Promise<TestLines> => {
  const { url, namespace } = testRedis();
  const keys = createKeys(namespace);
  const connections = [createRedis(url, silentLogger()), createRedis(url, silentLogger())] as const;
  await Promise.all(connections.map(connectRedis));
  const [first, second] = connections.map((redis) => createLines({ redis, keys, onMessages: () => undefined, nowMs }));
  const redis = new Redis(url);

  return {
    instances: [first as Lines, second as Lines],
    redis,
    keys,
    namespace,
    messages: async (concertId) =>
      (await redis.xrange(keys.events(concertId), '-', '+')).map(([, fields]) => parseMessage(fields)),
    stop: async () => {
      const left = await redis.keys(`${namespace}*`);
      await Promise.all(left.map((key) => redis.del(key)));
      for (const connection of [...connections, redis]) connection.disconnect();
    },
  };
};

const types = new Map(allMessages.map((message) => [message.type, message]));

const parseMessage = (fields: string[]): WrittenMessage => {
  const entries = fields.flatMap((name, index) => (index % 2 === 0 ? [[name, fields[index + 1]] as const] : []));
  const { id = '', type = '', key = '', time = '', data = '', ...about } = Object.fromEntries(entries);
  const message = types.get(type);
  if (message === undefined) throw new Error(`unknown type ${type}`);
  const parsed = message.data.parse(JSON.parse(data)) as Record<string, unknown>;
  if (message.key(parsed) !== key) throw new Error(`${type} has the key ${key}`);
  return { id, name: type.split('.').at(-2) ?? type, key, time, data: parsed, ...about };
};

export const openSettings = { mode: 'open', capacity: 1, passSeconds: 600, claimSeconds: 60 } as const;

import { createKafka } from '@frontrow/messaging/kafka';
import { silentLogger } from './logger.ts';
import type { testKafka } from './servers.ts';

/**
 * Deletes the topics of a test's namespace, once nobody uses them: a hundred partitions a test file, kept to the
 * end, are more than the broker's heap holds.
 */
export async function deleteTopics({ brokers, namespace }: ReturnType<typeof testKafka>): Promise<void> {
  const logger = silentLogger();
  const admin = createKafka({ brokers, namespace, clientId: 'cleaner', replicationFactor: 1, logger }).admin();
  await admin.connect();
  const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(namespace));
  await admin.deleteTopics({ topics });
  await admin.disconnect();
}

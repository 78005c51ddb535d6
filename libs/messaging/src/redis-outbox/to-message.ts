import { allMessages } from '@frontrow/contracts/catalogue';
import { sourceOf, toHeaders } from '../envelope.ts';
import type { Outgoing } from '../relay/publisher.ts';
import type { StreamEntry } from './streams.ts';

const topicsByType = new Map(allMessages.map(({ type, topic }) => [type, topic]));

/**
 * A stream entry as a message; one that can't be made into one goes to the dead letters as it is, so that it
 * doesn't hold up those behind it.
 */
export function toOutgoing(service: string, entry: StreamEntry): Outgoing {
  try {
    return toMessage(service, entry);
  } catch (error) {
    const headers = { 'dlq-reason': 'unreadable', 'dlq-error': String(error), 'dlq-time': new Date().toISOString() };
    return { topic: `${service}.dlq`, key: null, value: JSON.stringify(entry), headers };
  }
}

/**
 * A stream entry as a message. Its fields, as the service's Lua scripts write them: id, type, key, time, data
 * (JSON), and where there is one correlationid, causationid, traceparent.
 *
 * @throws Error when a field is missing, or nobody knows the type
 */
function toMessage(service: string, [entryId, fields]: StreamEntry): Outgoing {
  const values = new Map<string, string>();
  for (let index = 0; index + 1 < fields.length; index += 2)
    values.set(fields[index] as string, fields[index + 1] as string);
  const required = (name: string): string => {
    const value = values.get(name);
    if (!value) throw new Error(`entry ${entryId} has no field ${name}`);
    return value;
  };
  const type = required('type');
  const topic = topicsByType.get(type);
  if (!topic) throw new Error(`entry ${entryId} has the unknown type ${type}`);
  const key = required('key');
  const headers = toHeaders(
    { id: required('id'), type, source: sourceOf(service), subject: key, time: required('time') },
    {
      correlationId: values.get('correlationid'),
      causationId: values.get('causationid'),
      traceparent: values.get('traceparent'),
    },
  );
  return { topic, key, headers, value: required('data') };
}

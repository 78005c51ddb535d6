import { describe, expect, test } from '@jest/globals';
import { allMessages } from '@frontrow/contracts/catalogue';
import type { AnyCommandType } from '@frontrow/contracts/message';
import { topics } from '@frontrow/contracts/topics';
import { asyncApiDocument } from './asyncapi.ts';
import { danglingRefs } from './docs.test-kit.ts';
import { messagesReadBy, senderOf } from './docs/message-routes.ts';

const document = JSON.parse(JSON.stringify(asyncApiDocument()));
const operations = Object.values<any>(document.operations);
const inOperations = (action: string, type: string) =>
  operations.filter(
    (operation) => operation.action === action && operation.messages.some(({ $ref }: any) => $ref.endsWith(`/${type}`)),
  );

describe('the AsyncAPI document', () => {
  test('has every topic, and has no reference to nothing', () => {
    expect(document.asyncapi).toBe('3.0.0');
    expect(Object.keys(document.channels).sort()).toEqual(Object.keys(topics).sort());
    expect(danglingRefs(document)).toEqual([]);
  });

  test('every operation’s messages are its channel’s', () => {
    for (const { channel, messages } of operations) {
      for (const { $ref } of messages) expect($ref.startsWith(`${channel.$ref}/messages/`)).toBe(true);
    }
  });

  test.each(allMessages.map((message) => [message.type, message] as const))(
    '%s: on its topic, with schema, example and sender',
    (type, message) => {
      expect(document.channels[message.topic].messages[type]).toEqual({ $ref: `#/components/messages/${type}` });
      const documented = document.components.messages[type];
      expect(documented.payload).toMatchObject(
        message.data.def.type === 'object' ? { type: 'object' } : { oneOf: expect.any(Array) },
      );
      expect(documented.examples[0].payload).toEqual(message.example);
      expect(documented.examples[0].headers.ce_subject).toBe(message.key(message.example));
      expect(inOperations('send', type)).toMatchObject([{ tags: [{ name: senderOf(message) }] }]);
    },
  );

  test('every command is carried out by one service, its owner, with a reply that payment reads', () => {
    for (const message of allMessages.filter(({ kind }) => kind === 'command')) {
      const [, owner] = message.type.split('.');
      const received = inOperations('receive', message.type);
      const { reply } = message as AnyCommandType;
      expect(received).toMatchObject([
        { tags: [{ name: owner }], reply: { messages: [{ $ref: expect.stringContaining(reply.type) }] } },
      ]);
      expect(inOperations('receive', reply.type)).toMatchObject([{ tags: [{ name: 'payment' }] }]);
    }
  });

  test('nobody is said to read a message twice', () => {
    for (const read of Object.values(messagesReadBy))
      expect(new Set(read.map(({ type }) => type)).size).toBe(read.length);
  });
});

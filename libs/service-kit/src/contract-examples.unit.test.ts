import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { allMessages, allRoutes } from '@frontrow/contracts/catalogue';
import type { z } from 'zod';

/** An example parses, and says all that its schema does and no more. */
const expectExact = (schema: z.ZodType, example: unknown) => {
  const parsed = schema.parse(example);
  expect(parsed).toEqual(example);
  expect(isDeepStrictEqual(parsed, example)).toBe(true);
};

describe('the examples of the contracts', () => {
  test.each(allMessages.map((message) => [message.type, message] as const))('%s', (_type, message) => {
    expectExact(message.data, message.example);
    expect(message.key(message.example)).toEqual(expect.stringMatching(/^\S+$/));
  });

  test.each(allRoutes.map((route) => [route.id, route] as const))('%s', (_id, route) => {
    if (route.body) route.body.parse(route.bodyExample);
    for (const answer of Object.values(route.answers)) if (answer.body) expectExact(answer.body, answer.example);
  });

  test('types, operation ids and addresses are each used once', () => {
    const unique = (names: readonly string[]) => expect(new Set(names).size).toBe(names.length);
    unique(allMessages.map(({ type }) => type));
    unique(allRoutes.map(({ id }) => id));
    unique(allRoutes.map(({ method, path }) => `${method} ${path}`));
    for (const { type } of allMessages)
      expect(type).toMatch(/^frontrow\.(queue|concert|reservation|wallet|payment)\.[a-z-]+\.v\d+$/);
  });
});

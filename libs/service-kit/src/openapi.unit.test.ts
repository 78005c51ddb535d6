import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { allRoutes } from '@frontrow/contracts/catalogue';
import { errors } from '@frontrow/contracts/errors';
import { errorsMarkdown } from './docs/errors-markdown.ts';
import { danglingRefs } from './docs.test-kit.ts';
import { codesOf, openApiDocument } from './openapi.ts';

const document = JSON.parse(JSON.stringify(openApiDocument()));
const operations = Object.entries<Record<string, any>>(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
);

describe('the OpenAPI document', () => {
  test('has every route, and the token call, once', () => {
    const documented = operations.map(({ path, method }) => `${method} ${path}`).sort();
    const expected = [...allRoutes.map(({ path, method }) => `${method} ${path}`), 'post /auth/token'].sort();
    expect(documented).toEqual(expected);
    expect(new Set(operations.map(({ operation }) => operation.operationId)).size).toBe(operations.length);
    expect(document.openapi).toMatch(/^3\.1\./);
  });

  test('has no reference to nothing', () => {
    expect(danglingRefs(document)).toEqual([]);
  });

  test.each(allRoutes.map((route) => [route.id, route] as const))(
    '%s: everything it takes and answers, with examples',
    (_id, route) => {
      const operation = document.paths[route.path][route.method];
      const inPath = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const parameters = operation.parameters.map((parameter: any) =>
        parameter.$ref ? document.components.parameters[parameter.$ref.split('/').at(-1)] : parameter,
      );
      const named = (place: string) =>
        parameters.filter((parameter: any) => parameter.in === place).map(({ name }: any) => name);
      expect(named('path')).toEqual(inPath);
      expect(named('query')).toEqual(route.query ? Object.keys(route.query.shape) : []);
      expect(named('header')).toContain('Accept-Language');
      expect(named('header').includes('Idempotency-Key')).toBe(route.idempotencyKey !== undefined);

      if (route.body)
        expect(operation.requestBody.content['application/json']).toMatchObject({
          schema: {},
          example: route.bodyExample,
        });
      for (const [status, answer] of Object.entries(route.answers)) {
        const content = operation.responses[status].content?.['application/json'];
        if (answer.body) expect(content).toMatchObject({ schema: expect.anything(), example: answer.example });
        else expect(content).toBeUndefined();
      }
      for (const code of codesOf(route)) {
        const problems = operation.responses[errors[code].status].content['application/problem+json'];
        expect(problems.examples[code]).toEqual({ $ref: `#/components/examples/${code}` });
      }
      const needsToken =
        operation.security.length > 0 && operation.security.every((choice: object) => 'accessToken' in choice);
      expect(needsToken).toBe(route.access !== 'public');
      expect(JSON.stringify(operation.security).includes('queueToken')).toBe(route.queueToken !== undefined);
    },
  );

  test('a code that a route can answer by what it declares is listed', () => {
    const hold = document.paths['/v1/reservations'].post;
    expect(Object.keys(hold.responses['400'].content['application/problem+json'].examples)).toEqual(
      expect.arrayContaining(['ILLEGAL_ARGUMENTS', 'IDEMPOTENCY_KEY_REQUIRED']),
    );
    expect(Object.keys(hold.responses)).toEqual(
      expect.arrayContaining(['401', '403', '404', '409', '413', '415', '422', '429', '500', '503']),
    );
  });
});

test('docs/errors.md is what the registry says; write it with `npm run docs -w @frontrow/service-kit`', () => {
  expect(readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8')).toBe(errorsMarkdown());
  for (const code of Object.keys(errors)) expect(errorsMarkdown()).toContain(`<a id="${code}"></a>`);
});

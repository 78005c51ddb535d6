import { examples } from '@frontrow/contracts/examples';
import { z } from 'zod';
import type { ZodOpenApiPathItemObject } from 'zod-openapi';

const TokenRequest = z.object({
  grant_type: z.literal('password'),
  username: z.string().meta({ description: 'becomes `sub`; names that begin with `operator` carry that role' }),
  password: z.string().meta({ description: 'anything: the issuer of the embedded stack does not check it' }),
});

const TokenAnswer = z.object({
  access_token: z.string(),
  token_type: z.literal('Bearer'),
  expires_in: z.int().meta({ description: 'seconds' }),
});

/** The gateway's way to the embedded stack's issuer. It speaks OAuth 2, so it is none of the contracts' routes. */
export const tokenPath: ZodOpenApiPathItemObject = {
  post: {
    operationId: 'getAccessToken',
    tags: ['auth'],
    summary: 'An access token',
    description: 'Answered by the issuer of the embedded stack (RFC 6749). A deployment names an issuer of its own.',
    security: [],
    requestBody: {
      required: true,
      content: {
        'application/x-www-form-urlencoded': {
          schema: TokenRequest,
          example: { grant_type: 'password', username: examples.userId, password: 'any' },
        },
      },
    },
    responses: {
      200: {
        description: 'A token',
        content: {
          'application/json': {
            schema: TokenAnswer,
            example: { access_token: 'eyJhbGciOiJSUzI1NiJ9.…', token_type: 'Bearer', expires_in: 3600 },
          },
        },
      },
      400: {
        description: 'The form is wrong; `detail` says why',
        content: {
          'application/problem+json': {
            schema: z.looseObject({ title: z.string(), status: z.int(), detail: z.string().optional() }),
            example: { title: 'Bad Request', status: 400, detail: 'username must have 1 to 128 characters' },
          },
        },
      },
    },
  },
};

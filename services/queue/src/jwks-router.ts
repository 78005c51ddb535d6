import { Router } from 'express';
import type { Tokens } from './tokens.ts';

/** Short, so that a new key is known everywhere soon after it is put in use. */
const MAX_AGE_SECONDS = 60;

/** GET /.well-known/jwks.json: the keys that verify tickets and passes (RFC 7517). */
export const jwksRouter = ({ jwks }: Tokens): Router => {
  const router = Router();
  router.get('/.well-known/jwks.json', (_request, response) => {
    response.set('Cache-Control', `public, max-age=${MAX_AGE_SECONDS}`).json(jwks);
  });
  return router;
};

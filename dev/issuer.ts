import assert from 'node:assert/strict';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { type MutableResponse, type MutableToken, OAuth2Server } from 'oauth2-mock-server';

// The OIDC issuer of the embedded stack and of docker-compose: anyone gets a token by naming themselves, so it is for
// machines where that is what one wants. A deployment names its own issuer instead (OIDC_ISSUER, OIDC_JWKS_URL).
//
// PORT (8080), HOST (127.0.0.1), ISSUER (`iss` of the tokens), AUDIENCE (frontrow), KEY_FILE (the signing key, made on
// first use, so that tokens outlive a restart; without it the key lives as long as the process).

const TOKEN_LIFETIME_SECONDS = 12 * 60 * 60;
const KEY_ALGORITHM = 'ES256';

const { PORT = '8080', HOST = '127.0.0.1', ISSUER, AUDIENCE = 'frontrow', KEY_FILE } = process.env;

type TokenRequest = { body: Record<string, unknown> };

const server = new OAuth2Server();
await loadKey(KEY_FILE);
server.issuer.url = ISSUER ?? `http://localhost:${PORT}`;
server.service.on('beforeTokenSigning', (token: MutableToken, { body }: TokenRequest) => toAccessToken(token, body));
server.service.on('beforeResponse', (response: MutableResponse) => withoutOtherTokens(response));
await server.start(Number(PORT), HOST);

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(0));

/** What an assertion throws here is answered as a 400 with its message. */
function toAccessToken({ payload }: MutableToken, { grant_type: grantType, username }: Record<string, unknown>): void {
  assert.ok(grantType === 'password', 'Only grant_type=password is offered here');
  assert.ok(
    typeof username === 'string' && /^\P{Cc}{1,128}$/u.test(username),
    'username must have 1 to 128 characters',
  );
  const roles = username.startsWith('operator') ? ['operator'] : [];
  Object.assign(payload, { sub: username, aud: AUDIENCE, roles, exp: payload.iat + TOKEN_LIFETIME_SECONDS });
}

/** No id or refresh token: nothing here would take one. */
function withoutOtherTokens({ body }: MutableResponse): void {
  if (!body || typeof body !== 'object') return;
  for (const name of ['id_token', 'refresh_token', 'scope']) delete body[name];
  body.expires_in = TOKEN_LIFETIME_SECONDS;
}

async function loadKey(file: string | undefined): Promise<void> {
  if (file && existsSync(file)) {
    await server.issuer.keys.add(JSON.parse(readFileSync(file, 'utf8')));
    return;
  }
  const key = await server.issuer.keys.generate(KEY_ALGORITHM);
  if (!file) return;
  // Renamed into place: a start that is killed half-way leaves no half a key.
  writeFileSync(`${file}.new`, JSON.stringify(key), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

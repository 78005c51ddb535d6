import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { address, clusters } from './clusters.ts';
import { localReplies } from './local-replies.ts';
import { routes } from './routes.ts';
import { type GatewaySettings, settingsFrom } from './settings.ts';

/** Envoy's configuration: the template with every ${...} replaced by its JSON value. */
export function renderGateway(settings: GatewaySettings): string {
  const [main, ...others] = settings.listen;
  if (!main) throw new Error('The gateway needs an address to listen on.');
  const values: Record<string, unknown> = {
    LISTENER_ADDRESS: address(main),
    ADDITIONAL_LISTENER_ADDRESSES: others.map((other) => ({ address: address(other) })),
    OIDC_ISSUER: settings.issuer,
    OIDC_AUDIENCES: [settings.audience],
    OIDC_JWKS_URL: settings.jwksUrl,
    TOKEN_BUCKET: {
      max_tokens: settings.rateLimitPerSecond,
      tokens_per_fill: settings.rateLimitPerSecond,
      fill_interval: '1s',
    },
    LOCAL_REPLIES: localReplies,
    ROUTES: routes,
    CLUSTERS: clusters(settings),
  };
  const template = readFileSync(join(import.meta.dirname, 'envoy.yaml'), 'utf8');
  return template.replaceAll(/^([^#\n]*?)\$\{([A-Z_]+)\}/gm, (_, before: string, name: string) => {
    if (!(name in values)) throw new Error(`envoy.yaml names \${${name}}, which nothing fills in.`);
    return before + JSON.stringify(values[name]);
  });
}

// `node deploy/gateway/render.ts <file>`, configured by the environment (see settings.ts).
if (import.meta.main) {
  const [file] = process.argv.slice(2);
  if (!file) throw new Error('Say which file to write: node deploy/gateway/render.ts <file>');
  writeFileSync(file, renderGateway(settingsFrom(process.env)));
}

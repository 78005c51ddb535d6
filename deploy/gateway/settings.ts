import { type ServiceName, services } from '@frontrow/contracts/route';

export type Upstream = ServiceName | 'issuer';

export interface Endpoint {
  host: string;
  port: number;
}

export interface GatewaySettings {
  /** Addresses to listen on; the first is the main one. */
  listen: Endpoint[];
  /** `iss` of the access tokens. */
  issuer: string;
  audience: string;
  jwksUrl: string;
  /** Requests per second and process before the gateway answers 429. */
  rateLimitPerSecond: number;
  /** One or more per service, named or numbered. */
  endpoints: Record<Upstream, Endpoint[]>;
}

const DEFAULT_RATE_LIMIT_PER_SECOND = 20_000;

/**
 * GATEWAY_HOSTS (0.0.0.0; several by comma), GATEWAY_PORT (8080), OIDC_ISSUER, OIDC_AUDIENCE (frontrow), OIDC_JWKS_URL
 * (http://issuer:8080/jwks), RATE_LIMIT_PER_SECOND (20000), and for each service and the issuer its instances,
 * e.g. RESERVATION_ENDPOINTS=a:8080,b:8080 (reservation:8080).
 */
export function settingsFrom(env: NodeJS.ProcessEnv): GatewaySettings {
  const port = integer('GATEWAY_PORT', env.GATEWAY_PORT ?? '8080');
  const jwksUrl = env.OIDC_JWKS_URL ?? 'http://issuer:8080/jwks';
  const upstreams: readonly Upstream[] = [...services, 'issuer'];
  return {
    listen: (env.GATEWAY_HOSTS ?? '0.0.0.0').split(',').map((host) => ({ host, port })),
    issuer: env.OIDC_ISSUER ?? 'http://localhost:8080/auth',
    audience: env.OIDC_AUDIENCE ?? 'frontrow',
    jwksUrl,
    rateLimitPerSecond: rateLimitFrom(env),
    endpoints: Object.fromEntries(
      upstreams.map((name) => [name, endpointsOf(name, env[`${name.toUpperCase()}_ENDPOINTS`])]),
    ) as Record<Upstream, Endpoint[]>,
  };
}

/** RATE_LIMIT_PER_SECOND */
export const rateLimitFrom = (env: NodeJS.ProcessEnv): number =>
  integer('RATE_LIMIT_PER_SECOND', env.RATE_LIMIT_PER_SECOND ?? `${DEFAULT_RATE_LIMIT_PER_SECOND}`);

const integer = (name: string, text: string): number => {
  if (!/^[1-9]\d*$/.test(text)) throw new Error(`${name} must be a positive whole number, not "${text}".`);
  return Number(text);
};

const endpointsOf = (name: string, list = `${name}:8080`): Endpoint[] =>
  list.split(',').map((text) => {
    const [, host, port] = /^(.+):(\d+)$/.exec(text.trim()) ?? [];
    if (!host || !port) throw new Error(`${name.toUpperCase()}_ENDPOINTS must list host:port, not "${text}".`);
    return { host, port: Number(port) };
  });

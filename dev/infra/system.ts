import { join } from 'node:path';
import { type ServiceName, services } from '@frontrow/contracts/route';
import { envoySpec } from './envoy.ts';
import { compileCacheDir, projectDir } from './layout.ts';
import { choosePorts, acceptsConnections } from './ports.ts';
import { createDatabases } from './postgres.ts';
import type { Processes, ProcessSpec } from './processes.ts';
import {
  databaseOf,
  inherited,
  type ServiceEnvironment,
  serviceSpec,
  servicesWithDatabase,
} from './service-process.ts';
import { type Supervised, superviseProcess } from './supervisor.ts';

export interface SystemOptions {
  processes: Processes;
  /** Keeps the issuer's key and Envoy's configuration. */
  dir: string;
  postgresUrl: string;
  kafkaBrokers: string;
  redisUrl: string;
  envoyBinary: string;
  /** Where the gateway listens. */
  gatewayHosts: string[];
  gatewayPort: number;
  instances: Record<ServiceName, number>;
  /** Ports of an earlier start, by process. */
  ports?: Record<string, number>;
  /** For every service. */
  extraEnvironment?: NodeJS.ProcessEnv;
}

export interface System {
  gatewayUrl: string;
  /** By the name of its process: gateway, issuer, queue-1, reservation-2 … */
  processes: ReadonlyMap<string, Supervised>;
  ports: Record<string, number>;
}

/** How many instances of each service; one unless it says otherwise. */
export const instancesOf = (some: Partial<Record<ServiceName, number>> = {}): Record<ServiceName, number> =>
  Object.fromEntries(services.map((service) => [service, some[service] ?? 1])) as Record<ServiceName, number>;

const instanceNames = (instances: Record<ServiceName, number>): [service: ServiceName, instance: number][] =>
  services.flatMap((service) =>
    Array.from({ length: instances[service] }, (_, index): [ServiceName, number] => [service, index + 1]),
  );

/** Starts issuer, services and gateway on servers that run already; resolves when the gateway reaches all of them. */
export async function startSystem(options: SystemOptions): Promise<System> {
  const all = instanceNames(options.instances);
  const names = ['issuer', ...all.map(([service, instance]) => `${service}-${instance}`)];
  const ports = await choosePorts(names, options.ports);
  const portOf = (name: string) => ports[name] as number;
  const issuerUrl = `http://127.0.0.1:${portOf('issuer')}`;
  const environment: ServiceEnvironment = {
    databaseUrls: await databaseUrls(options.postgresUrl),
    kafkaBrokers: options.kafkaBrokers,
    redisUrl: options.redisUrl,
    oidcIssuer: `http://localhost:${options.gatewayPort}/auth`,
    oidcJwksUrl: `${issuerUrl}/jwks`,
    queueJwksUrl: `http://127.0.0.1:${portOf('queue-1')}/.well-known/jwks.json`,
    extra: options.extraEnvironment ?? {},
  };
  const gateway = envoySpec(options.envoyBinary, options.dir, {
    listen: options.gatewayHosts.map((host) => ({ host, port: options.gatewayPort })),
    issuer: environment.oidcIssuer,
    audience: 'frontrow',
    jwksUrl: environment.oidcJwksUrl,
    rateLimitPerSecond: Number(process.env.RATE_LIMIT_PER_SECOND ?? 20_000),
    endpoints: {
      issuer: [{ host: '127.0.0.1', port: portOf('issuer') }],
      ...(Object.fromEntries(
        services.map((service) => [
          service,
          all
            .filter(([name]) => name === service)
            .map(([, instance]) => ({ host: '127.0.0.1', port: portOf(`${service}-${instance}`) })),
        ]),
      ) as Record<ServiceName, { host: string; port: number }[]>),
    },
  });
  const { processes } = options;
  const supervised = await Promise.all([
    superviseProcess(processes, issuerSpec(options.dir, portOf('issuer'), environment.oidcIssuer), () =>
      answersOk(`${issuerUrl}/jwks`),
    ),
    ...all.map(([service, instance]) => {
      const port = portOf(`${service}-${instance}`);
      const spec = serviceSpec(service, instance, port, environment);
      return superviseProcess(processes, spec, () => answersOk(`http://127.0.0.1:${port}/readyz`));
    }),
  ]);
  const gatewayUrl = `http://localhost:${options.gatewayPort}`;
  supervised.push(await superviseProcess(processes, gateway, () => acceptsConnections(options.gatewayPort)));
  return { gatewayUrl, ports, processes: new Map(supervised.map((process) => [process.name, process])) };
}

const issuerSpec = (dir: string, port: number, issuer: string): ProcessSpec => ({
  name: 'issuer',
  command: process.execPath,
  args: [join(projectDir, 'dev', 'issuer.ts')],
  cwd: projectDir,
  env: {
    ...inherited(),
    NODE_COMPILE_CACHE: compileCacheDir,
    PORT: String(port),
    HOST: '127.0.0.1',
    ISSUER: issuer,
    KEY_FILE: join(dir, 'issuer-key.json'),
  },
  stopOrder: 2,
});

async function databaseUrls(postgresUrl: string): Promise<Partial<Record<ServiceName, string>>> {
  const urls = await createDatabases(postgresUrl, servicesWithDatabase.map(databaseOf));
  return Object.fromEntries(servicesWithDatabase.map((service) => [service, urls.get(databaseOf(service))]));
}

const answersOk = async (url: string): Promise<boolean> =>
  (await fetch(url, { signal: AbortSignal.timeout(5_000) })).ok;

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type GatewaySettings, rateLimitFrom } from '../../deploy/gateway/settings.ts';
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

type Instance = [service: ServiceName, instance: number];

const nameOf = ([service, instance]: Instance): string => `${service}-${instance}`;

const instanceNames = (instances: Record<ServiceName, number>): Instance[] =>
  services.flatMap((service) =>
    Array.from({ length: instances[service] }, (_, index): Instance => [service, index + 1]),
  );

/** Starts issuer, services and gateway on servers that run already; resolves when all are ready. */
export async function startSystem(options: SystemOptions): Promise<System> {
  const { processes, dir, gatewayPort } = options;
  mkdirSync(dir, { recursive: true });
  const instances = instanceNames(options.instances);
  const ports = await choosePorts(['issuer', ...instances.map(nameOf)], options.ports);
  const environment = await environmentOf(options, ports);
  const startInstance = ([service, instance]: Instance) => {
    const port = portOf(ports, nameOf([service, instance]));
    const spec = serviceSpec(service, instance, port, environment);
    return superviseProcess(processes, spec, () => answersOk(`http://127.0.0.1:${port}/readyz`));
  };
  const issuer = issuerSpec(dir, portOf(ports, 'issuer'), environment.oidcIssuer);
  const supervised = await Promise.all([
    superviseProcess(processes, issuer, () => answersOk(environment.oidcJwksUrl)),
    ...instances.map(startInstance),
  ]);
  const gateway = envoySpec(options.envoyBinary, dir, gatewaySettings(options, environment, ports));
  supervised.push(await superviseProcess(processes, gateway, () => acceptsConnections(gatewayPort)));
  return {
    gatewayUrl: `http://localhost:${gatewayPort}`,
    ports,
    processes: new Map(supervised.map((process) => [process.name, process])),
  };
}

type Ports = Record<string, number>;

const portOf = (ports: Ports, name: string): number => ports[name] as number;

async function environmentOf(options: SystemOptions, ports: Ports): Promise<ServiceEnvironment> {
  const { gatewayPort } = options;
  return {
    databaseUrls: await databaseUrls(options.postgresUrl),
    kafkaBrokers: options.kafkaBrokers,
    redisUrl: options.redisUrl,
    oidcIssuer: `http://localhost:${gatewayPort}/auth`,
    oidcJwksUrl: `http://127.0.0.1:${portOf(ports, 'issuer')}/jwks`,
    // By way of the gateway: any instance of queue will do.
    queueJwksUrl: `http://127.0.0.1:${gatewayPort}/.well-known/jwks.json`,
    extra: options.extraEnvironment ?? {},
  };
}

function gatewaySettings(options: SystemOptions, environment: ServiceEnvironment, ports: Ports): GatewaySettings {
  const endpoint = (name: string) => ({ host: '127.0.0.1', port: portOf(ports, name) });
  const instances = instanceNames(options.instances);
  const endpointsOf = (service: ServiceName) =>
    instances.filter(([name]) => name === service).map((instance) => endpoint(nameOf(instance)));
  return {
    listen: options.gatewayHosts.map((host) => ({ host, port: options.gatewayPort })),
    issuer: environment.oidcIssuer,
    audience: 'frontrow',
    jwksUrl: environment.oidcJwksUrl,
    rateLimitPerSecond: rateLimitFrom(process.env),
    endpoints: {
      issuer: [endpoint('issuer')],
      queue: endpointsOf('queue'),
      concert: endpointsOf('concert'),
      reservation: endpointsOf('reservation'),
      wallet: endpointsOf('wallet'),
      payment: endpointsOf('payment'),
    },
  };
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

import { existsSync, mkdirSync, readFileSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { announceDemoConcerts } from './demo-concerts.ts';
import { fillCompileCache } from './infra/compile-cache.ts';
import { removeData } from './infra/data.ts';
import { homeDir, toolsDir } from './infra/layout.ts';
import { choosePorts, isFree } from './infra/ports.ts';
import { createProcesses, type Processes } from './infra/processes.ts';
import { beginRun } from './infra/run.ts';
import { elapsed, say, step } from './infra/say.ts';
import { installTools, type ServerPorts, type Servers, startServers } from './infra/servers.ts';
import { instancesOf, startSystem, type System } from './infra/system.ts';
import { installEnvoy } from './infra/tools/envoy-binary.ts';
import { Trouble } from './infra/trouble.ts';
import { readStartOptions, requireFreePort, type StartOptions } from './start-options.ts';

const dataDir = join(homeDir, 'data');
const portsFile = join(homeDir, 'ports.json');
const SERVER_PORTS = ['postgres', 'kafka', 'kafkaController', 'redis'] as const;
const NEEDED_BYTES = { first: 1_500_000_000, later: 200_000_000 };

const run = await beginRun(homeDir, 'Frontrow');
await run.guard(async () => {
  const options = readStartOptions(process.argv.slice(2), process.env);
  await requireFreePort(options.port);
  requireSpace();
  if (options.fresh) await step('Removing the data of earlier runs', async () => removeData(dataDir));
  await start(options);
});

async function start(options: StartOptions): Promise<void> {
  const isFirst = !existsSync(join(toolsDir, 'kafka-4.3.1'));
  const installing = isFirst
    ? 'Downloading Kafka, Envoy and, if the machine has none, Redis (once)'
    : 'Checking the tools';
  const [tools, envoyBinary] = await step(installing, () =>
    Promise.all([installTools(), installEnvoy(), fillCompileCache()]),
  );
  const processes: Processes = createProcesses(homeDir);
  run.stopAtTheEnd(processes);
  const lastTime = rememberedPorts();
  const ports = await choosePorts(SERVER_PORTS, lastTime);
  const servers = await step('Starting PostgreSQL, Kafka and Redis', () =>
    startServers(processes, { dataDir, ports: ports as unknown as ServerPorts, tools, durable: true }),
  );
  const system = await step('Starting the services and the gateway', async () =>
    startSystem({
      processes,
      dir: dataDir,
      postgresUrl: servers.postgresUrl,
      kafkaBrokers: servers.kafkaBrokers,
      redisUrl: servers.redisUrl,
      envoyBinary,
      gatewayHosts: await loopbackHosts(),
      gatewayPort: options.port,
      instances: instancesOf(options.instances),
      ports: lastTime,
      extraEnvironment: { RATE_LIMITS: process.env.RATE_LIMITS ?? 'on' },
    }),
  );
  writeFileSync(portsFile, JSON.stringify({ ...lastTime, ...ports, ...system.ports }, null, 2));
  await announceDemoConcerts(system.gatewayUrl, dataDir);
  sayAddresses(system, servers);
}

function rememberedPorts(): Record<string, number> {
  try {
    return JSON.parse(readFileSync(portsFile, 'utf8')) as Record<string, number>;
  } catch {
    return {};
  }
}

/** "localhost" is ::1 to some clients, where the machine has IPv6. */
async function loopbackHosts(): Promise<string[]> {
  const hasIpv6 = await isFree(0, '::1').catch(() => false);
  return hasIpv6 ? ['127.0.0.1', '::1'] : ['127.0.0.1'];
}

function requireSpace(): void {
  mkdirSync(homeDir, { recursive: true });
  const { bavail, bsize } = statfsSync(homeDir);
  const needed = existsSync(toolsDir) ? NEEDED_BYTES.later : NEEDED_BYTES.first;
  if (bavail * bsize >= needed) return;
  const shown = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;
  throw new Trouble(
    `The disk is full: ${homeDir} has ${shown(bavail * bsize)} left and needs ${shown(needed)}; free some space and start again.`,
  );
}

function sayAddresses({ gatewayUrl }: System, { postgresUrl, kafkaBrokers, redisUrl }: Servers): void {
  say(`
Frontrow is up (${elapsed()}).

  API         ${gatewayUrl}/v1/concerts
  API docs    ${gatewayUrl}/docs
  Messages    ${gatewayUrl}/asyncapi
  A token     curl ${gatewayUrl}/auth/token -d grant_type=password -d username=mina -d password=any
              (a username that begins with "operator" is an operator)
  PostgreSQL  ${postgresUrl} (and /frontrow_concert …)
  Kafka       ${kafkaBrokers}
  Redis       ${redisUrl}
  Logs        ${join(homeDir, 'logs')}

See it work: npm run demo${gatewayUrl.endsWith(':8080') ? '' : ` (with PORT=${new URL(gatewayUrl).port})`}. Ctrl-C stops everything; the data are kept.`);
}

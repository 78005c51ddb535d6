import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { startControlServer } from './infra/control.ts';
import { removeData } from './infra/data.ts';
import { homeDir } from './infra/layout.ts';
import { choosePorts } from './infra/ports.ts';
import { createProcesses, type Processes, stopOrphans } from './infra/processes.ts';
import { beginRun, isRunningIn } from './infra/run.ts';
import { elapsed, say, step } from './infra/say.ts';
import { installTools, type ServerPorts, startServers } from './infra/servers.ts';
import { instancesOf, startSystem } from './infra/system.ts';
import { installEnvoy } from './infra/tools/envoy-binary.ts';
import { startContainers, type TestServers } from './tests/containers.ts';
import { listTests, runJest, stopJest, type TestCounts } from './tests/jest.ts';

// Servers of its own, on free ports, with data that are thrown away: a Frontrow that runs from the same folder, and
// other test runs, don't notice.
const testsDir = join(homeDir, 'tests');
const dir = join(testsDir, `run-${process.pid}`);
const dataDir = join(dir, 'data');
const args = process.argv.slice(2);
const run = await beginRun(dir, 'the tests');

await run.guard(async () => {
  await removeLeftovers();
  const mainTests = listTests('main', args);
  const e2eTests = listTests('e2e', args);
  const total: TestCounts = { passed: 0, failed: 0, skipped: 0 };
  const add = (counts: TestCounts) => {
    for (const key of ['passed', 'failed', 'skipped'] as const) total[key] += counts[key];
  };
  const needsServers = e2eTests.length > 0 || mainTests.some((file) => file.endsWith('.int.test.ts'));
  const processes = createProcesses(dir);
  run.stopAtTheEnd(processes);
  const envoyBinary = needsServers ? await step('Checking Envoy (the first time, downloading it)', installEnvoy) : '';
  const servers = needsServers ? await startTestServers(processes) : undefined;
  const env = { ...environmentOf(servers), TEST_ENVOY: envoyBinary };
  run.atTheEnd(stopJest);
  if (mainTests.length > 0) add(await runJest('main', args, { dir, workers: 2, env }));
  if (servers && e2eTests.length > 0) {
    const system = await step('Starting the whole system for the end-to-end tests', () =>
      startTestSystem(processes, servers, envoyBinary),
    );
    const control = await startControlServer(system);
    const e2eEnv = { ...env, TEST_GATEWAY_URL: system.gatewayUrl, TEST_CONTROL_URL: control.url };
    add(await runJest('e2e', args, { dir, workers: 1, env: e2eEnv }));
    control.stop();
  }
  await processes.stopAll();
  await servers?.stop();
  removeData(dataDir);
  const isGood = total.failed === 0 && total.passed > 0;
  if (isGood) rmSync(dir, { recursive: true, force: true });
  else say(`\nThe logs of the servers and services are in ${join(dir, 'logs')} until the next run.`);
  if (total.skipped > 0) say(`${total.skipped} skipped`);
  say(`Took ${elapsed()}.`);
  say(`${total.passed} passed, ${total.failed} failed`);
  await run.end(isGood ? 0 : 1);
});

/** What earlier runs left: logs of failed ones, and everything of killed ones. */
async function removeLeftovers(): Promise<void> {
  mkdirSync(testsDir, { recursive: true });
  for (const entry of readdirSync(testsDir)) {
    const other = join(testsDir, entry);
    if (other === dir || isRunningIn(other)) continue;
    await stopOrphans(other);
    if (existsSync(join(other, 'data'))) removeData(join(other, 'data'));
    rmSync(other, { recursive: true, force: true });
  }
}

async function startTestServers(processes: Processes): Promise<TestServers> {
  if (process.env.TEST_INFRA === 'testcontainers') {
    const containers = await step('Starting PostgreSQL, Kafka and Redis in containers', startContainers);
    run.atTheEnd(containers.stop);
    return containers;
  }
  const tools = await step('Checking Kafka and Redis (the first time, downloading them)', installTools);
  return step('Starting PostgreSQL, Kafka and Redis', async () => {
    const ports = (await choosePorts(['postgres', 'kafka', 'kafkaController', 'redis'])) as unknown as ServerPorts;
    const servers = await startServers(processes, { dataDir, ports, tools, durable: false });
    return { ...servers, stop: async () => undefined };
  });
}

function environmentOf(servers: TestServers | undefined): NodeJS.ProcessEnv {
  if (!servers) return {};
  return {
    TEST_POSTGRES_URL: servers.postgresUrl,
    TEST_KAFKA_BROKERS: servers.kafkaBrokers,
    TEST_REDIS_URL: servers.redisUrl,
  };
}

/** Two instances of what must be right with two. */
async function startTestSystem(processes: Processes, servers: TestServers, envoyBinary: string) {
  const { gateway: gatewayPort = 0 } = await choosePorts(['gateway']);
  return startSystem({
    processes,
    dir: dataDir,
    ...servers,
    envoyBinary,
    gatewayHosts: ['127.0.0.1'],
    gatewayPort,
    instances: instancesOf({ queue: 2, reservation: 2, payment: 2 }),
    extraEnvironment: { RATE_LIMITS: 'off', LOG_LEVEL: 'info' },
  });
}

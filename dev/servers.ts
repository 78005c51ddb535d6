import { rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { homeDir } from './infra/layout.ts';
import { choosePorts } from './infra/ports.ts';
import { createProcesses } from './infra/processes.ts';
import { beginRun } from './infra/run.ts';
import { installTools, type ServerPorts, startServers } from './infra/servers.ts';

// PostgreSQL, Kafka and Redis for single tests while developing: `node dev/servers.ts [folder]` starts them with
// empty data, writes their addresses to <folder>/servers.env and stays until Ctrl-C.
const dir = resolve(process.argv[2] ?? join(homeDir, 'dev-servers'));
const run = await beginRun(dir, 'the servers');
await run.guard(async () => {
  const dataDir = join(dir, 'data');
  rmSync(dataDir, { recursive: true, force: true });
  const tools = await installTools();
  const ports = (await choosePorts(['postgres', 'kafka', 'kafkaController', 'redis'])) as unknown as ServerPorts;
  const processes = createProcesses(dir);
  run.stopAtTheEnd(processes);
  const servers = await startServers(processes, { dataDir, ports, tools, durable: false });
  const file = join(dir, 'servers.env');
  const lines = [
    `TEST_POSTGRES_URL=${servers.postgresUrl}`,
    `TEST_KAFKA_BROKERS=${servers.kafkaBrokers}`,
    `TEST_REDIS_URL=${servers.redisUrl}`,
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  console.log(`PostgreSQL, Kafka and Redis are up; their addresses are in ${file}`);
});

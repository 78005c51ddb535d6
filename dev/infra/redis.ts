import { mkdirSync } from 'node:fs';
import { connect } from 'node:net';
import type { Processes, Running } from './processes.ts';
import { untilReady } from './processes.ts';

export interface RedisBinary {
  command: string;
  env?: NodeJS.ProcessEnv;
}

export interface RedisOptions {
  processes: Processes;
  dir: string;
  port: number;
  binary: RedisBinary;
}

export async function startRedis({
  processes,
  dir,
  port,
  binary,
}: RedisOptions): Promise<{ running: Running; url: string }> {
  mkdirSync(dir, { recursive: true });
  const settings = {
    port,
    bind: '127.0.0.1',
    dir,
    appendonly: 'yes',
    appendfsync: 'everysec',
    save: '',
    'maxmemory-policy': 'noeviction',
  };
  const running = processes.start({
    name: 'redis',
    command: binary.command,
    args: Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]),
    cwd: dir,
    env: { ...process.env, ...binary.env },
    stopOrder: 3,
  });
  await untilReady(running, processes, () => answersPing(port));
  return { running, url: `redis://127.0.0.1:${port}` };
}

/** While it loads its data it answers `-LOADING`. */
const answersPing = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    socket.setTimeout(2_000, () => socket.destroy());
    socket.once('data', (data) => {
      resolve(data.toString().startsWith('+PONG'));
      socket.destroy();
    });
    socket.once('error', () => resolve(false)).once('close', () => resolve(false));
  });

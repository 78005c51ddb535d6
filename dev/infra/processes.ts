import { type ChildProcess, spawn } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Identity, identityOf, isAlive } from './identity.ts';
import { Trouble } from './trouble.ts';

export interface ProcessSpec {
  /** Unique in its run; names the log and the record. */
  name: string;
  command: string;
  args: string[];
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  uid?: number;
  gid?: number;
  /** How to ask it to stop; after `stopWithinMs` (10 s) it is killed. */
  stopSignal?: NodeJS.Signals;
  stopWithinMs?: number;
  /** What stops first; servers after the services that use them. */
  stopOrder: StopOrder;
}

/** Gateway, services, what they use. */
export type StopOrder = 1 | 2 | 3;

export interface Running {
  readonly spec: ProcessSpec;
  readonly pid: number;
  readonly logFile: string;
  /** Resolves when it has ended, whoever ended it. */
  readonly ended: Promise<string>;
  isRunning(): boolean;
  stop(): Promise<void>;
}

/** The processes of one run: each with a log of its own, and recorded, so that a later run finds what a kill left. */
export interface Processes {
  start(spec: ProcessSpec): Running;
  /** Stops all that runs, in its order; nothing can be started from then on. */
  stopAll(): Promise<void>;
  isStopping(): boolean;
  lastLines(running: Running, count?: number): string;
}

interface ProcessRecord extends Identity {
  name: string;
  stopSignal: NodeJS.Signals;
}

const DEFAULT_STOP_WITHIN_MS = 10_000;

/** @param runDir holds `logs/` and `pids/` of this run */
export function createProcesses(runDir: string): Processes {
  const logsDir = join(runDir, 'logs');
  const pidsDir = join(runDir, 'pids');
  for (const dir of [logsDir, pidsDir]) mkdirSync(dir, { recursive: true });
  keepPreviousLogs(logsDir);
  const all = new Set<Running>();
  let stopping = false;

  const start = (spec: ProcessSpec): Running => {
    if (stopping) throw new Trouble('Stopped.');
    const logFile = join(logsDir, `${spec.name}.log`);
    const pidFile = join(pidsDir, `${spec.name}.json`);
    const log = openSync(logFile, 'a');
    const child = spawn(spec.command, spec.args, {
      cwd: spec.cwd,
      env: spec.env ?? process.env,
      uid: spec.uid,
      gid: spec.gid,
      // A session of its own: Ctrl-C in the terminal reaches only us, and we stop things in their order.
      detached: true,
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    const ended = endOf(child).then((how) => {
      rmSync(pidFile, { force: true });
      return how;
    });
    if (child.pid !== undefined) {
      const record: ProcessRecord = {
        name: spec.name,
        stopSignal: spec.stopSignal ?? 'SIGTERM',
        ...identityOf(child.pid),
      };
      writeFileSync(pidFile, JSON.stringify(record));
    }
    const running: Running = {
      spec,
      pid: child.pid ?? 0,
      logFile,
      ended,
      isRunning: () => child.pid !== undefined && child.exitCode === null && child.signalCode === null,
      stop: () => stopChild(child, ended, spec),
    };
    all.add(running);
    void ended.then(() => all.delete(running));
    return running;
  };

  const stopAll = async () => {
    stopping = true;
    for (const order of [1, 2, 3]) {
      await Promise.all([...all].filter(({ spec }) => spec.stopOrder === order).map((running) => running.stop()));
    }
  };

  const lastLines = (running: Running, count = 5) =>
    readFileSync(running.logFile, 'utf8').trim().split('\n').slice(-count).join('\n');

  return { start, stopAll, isStopping: () => stopping, lastLines };
}

const keepPreviousLogs = (logsDir: string): void => {
  for (const file of readdirSync(logsDir)) {
    if (!file.endsWith('.previous.log'))
      renameSync(join(logsDir, file), join(logsDir, file.replace(/\.log$/, '.previous.log')));
  }
};

const endOf = (child: ChildProcess): Promise<string> =>
  new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
  });

const signalGroup = (pid: number, signal: NodeJS.Signals) => {
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended meanwhile.
  }
};

async function stopChild(child: ChildProcess, ended: Promise<string>, spec: ProcessSpec): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  child.kill(spec.stopSignal ?? 'SIGTERM');
  const timeUp = new AbortController();
  const inTime = await Promise.race([
    ended.then(() => true),
    sleep(spec.stopWithinMs ?? DEFAULT_STOP_WITHIN_MS, false, { signal: timeUp.signal }).catch(() => true),
  ]);
  timeUp.abort();
  if (!inTime) {
    signalGroup(child.pid, 'SIGKILL');
    await ended;
  }
}

/** Ends what a killed run left behind: recorded processes that are still the ones that were recorded. */
export async function stopOrphans(runDir: string): Promise<string[]> {
  const pidsDir = join(runDir, 'pids');
  if (!existsSync(pidsDir)) return [];
  const records = readdirSync(pidsDir).map((file): ProcessRecord => {
    try {
      return JSON.parse(readFileSync(join(pidsDir, file), 'utf8')) as ProcessRecord;
    } catch {
      // Cut off by the kill, or by a full disk.
      return { name: basename(file, '.json'), stopSignal: 'SIGTERM', pid: 0, startTime: undefined };
    }
  });
  const orphans = records.filter(isAlive);
  await Promise.all(orphans.map(stopOrphan));
  rmSync(pidsDir, { recursive: true, force: true });
  return orphans.map(({ name }) => name);
}

async function stopOrphan(orphan: ProcessRecord): Promise<void> {
  process.kill(orphan.pid, orphan.stopSignal);
  for (let waitedMs = 0; isAlive(orphan); waitedMs += 50) {
    if (waitedMs === 5_000) signalGroup(orphan.pid, 'SIGKILL');
    if (waitedMs > 15_000)
      throw new Trouble(`A process of an earlier run can't be stopped: end ${orphan.name}, pid ${orphan.pid}.`);
    await sleep(50);
  }
}

/** Probes a server that was just started until it answers; fails at once, with its last words, when it ends before. */
export async function untilReady(
  running: Running,
  processes: Processes,
  probe: () => Promise<boolean>,
  withinMs = 60_000,
): Promise<void> {
  const deadlineMs = performance.now() + withinMs;
  while (!(await probe().catch(() => false))) {
    const { name } = running.spec;
    if (!running.isRunning())
      throw new Trouble(
        `${name} did not start (${await running.ended}): ${processes.lastLines(running)}\nSee ${running.logFile}`,
      );
    if (performance.now() > deadlineMs)
      throw new Trouble(`${name} was not ready within ${withinMs / 1000} s; see ${running.logFile}`);
    await sleep(50);
  }
}

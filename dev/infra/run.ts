import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Identity, identityOf, isAlive } from './identity.ts';
import { type Processes, stopOrphans } from './processes.ts';
import { stopCommands } from './run-command.ts';
import { say } from './say.ts';
import { explain, Trouble } from './trouble.ts';

export interface Run {
  /** Runs the work; an error ends the run with a sentence, a signal ends it in order. */
  guard(work: () => Promise<void>): Promise<void>;
  stopAtTheEnd(processes: Processes): void;
  /** Other things to do before the processes are stopped. */
  atTheEnd(work: () => unknown): void;
  /** Stops everything, then leaves with this exit code. */
  end(exitCode: number): Promise<never>;
}

/**
 * One run at a time in a folder: takes the folder's lock and stops what a killed run left behind.
 * @throws Trouble when a run is going on there
 */
export async function beginRun(dir: string, what: string): Promise<Run> {
  mkdirSync(dir, { recursive: true });
  const lockFile = join(dir, 'run.json');
  let ending: Promise<never> | undefined;
  const atTheEnd: (() => unknown)[] = [];

  const end = (exitCode: number): Promise<never> => {
    ending ??= (async () => {
      stopCommands();
      // The lock, taken first, is let go of last.
      for (const work of atTheEnd.toReversed()) await work();
      process.exit(exitCode);
    })();
    return ending;
  };

  const fail = async (error: unknown): Promise<never> => {
    if (ending) return ending;
    const explained = explain(error, dir);
    console.error(explained instanceof Trouble ? `\n${explained.message}` : explained);
    return end(1);
  };

  const stopOnRequest = (how: string) => {
    if (!ending) say(`\nStopping ${what} (${how}) …`);
    void end(0);
  };
  process.on('SIGINT', () => stopOnRequest('Ctrl-C'));
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopOnRequest(signal));
  // The process that started us was killed.
  process.on('disconnect', () => stopOnRequest('its starter is gone'));
  process.on('unhandledRejection', (error) => void fail(error));
  process.on('uncaughtException', (error) => void fail(error));

  const guard = (work: () => Promise<void>) => work().catch(fail);

  await guard(async () => {
    if (isRunningIn(dir)) throw new Trouble(`${what} already runs from this folder: stop it first, with Ctrl-C.`);
    const orphans = await stopOrphans(dir);
    if (orphans.length > 0) say(`Stopped what an earlier run had left: ${orphans.join(', ')}.`);
    writeFileSync(lockFile, JSON.stringify(identityOf(process.pid)));
    atTheEnd.push(() => rmSync(lockFile, { force: true }));
  });
  return {
    guard,
    end,
    stopAtTheEnd: (processes) => void atTheEnd.push(() => processes.stopAll()),
    atTheEnd: (work) => void atTheEnd.push(work),
  };
}

/** Whether a run is going on in the folder. */
export function isRunningIn(dir: string): boolean {
  try {
    return isAlive(JSON.parse(readFileSync(join(dir, 'run.json'), 'utf8')) as Identity);
  } catch {
    return false;
  }
}

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { projectDir } from '../infra/layout.ts';
import { say } from '../infra/say.ts';

/** `main`: unit and integration tests; `e2e`: those that need the whole system. See jest.config.mjs. */
export type Suites = 'main' | 'e2e';

export interface TestCounts {
  passed: number;
  failed: number;
  skipped: number;
}

const JEST = join(projectDir, 'node_modules', 'jest', 'bin', 'jest.js');

const environment = (suites: Suites, extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
  ...process.env,
  NODE_OPTIONS: '--experimental-vm-modules --disable-warning=ExperimentalWarning',
  TEST_SUITES: suites,
  ...extra,
});

/** The test files that these arguments select. */
export function listTests(suites: Suites, args: readonly string[]): string[] {
  const { stdout, stderr, status } = spawnSync(process.execPath, [JEST, '--listTests', '--passWithNoTests', ...args], {
    cwd: projectDir,
    env: environment(suites),
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`Jest can't list the tests: ${stderr}`);
  return stdout.split('\n').filter((line) => line.endsWith('.test.ts'));
}

let running: ChildProcess | undefined;

export const stopJest = (): void => void running?.kill('SIGKILL');

/** What Jest writes at its end; only what is read here. */
interface JestResults {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  /** Files that could not even be loaded. */
  numRuntimeErrorTestSuites: number;
}

const EXIT_WITHIN_MS = 10_000;

/** Runs Jest with its output on this terminal. A test that keeps the process from ending is cut off, and counts as failed. */
export async function runJest(
  suites: Suites,
  args: readonly string[],
  { dir, workers, env }: { dir: string; workers: number; env: NodeJS.ProcessEnv },
): Promise<TestCounts> {
  const resultsFile = join(dir, `results-${suites}.json`);
  rmSync(resultsFile, { force: true });
  const concurrency = workers === 1 ? ['--runInBand'] : [`--maxWorkers=${workers}`];
  const child = spawn(
    process.execPath,
    [JEST, '--json', `--outputFile=${resultsFile}`, '--passWithNoTests', ...concurrency, ...args],
    { cwd: projectDir, env: environment(suites, env), stdio: ['ignore', 'ignore', 'inherit'] },
  );
  running = child;
  const hangs = await untilEnded(child, resultsFile);
  running = undefined;
  if (!existsSync(resultsFile)) return { passed: 0, failed: 1, skipped: 0 };
  const results = JSON.parse(readFileSync(resultsFile, 'utf8')) as JestResults;
  if (hangs) say('A test left something open that kept Jest from ending: find it with --detectOpenHandles.');
  return {
    passed: results.numPassedTests,
    failed: results.numFailedTests + results.numRuntimeErrorTestSuites + (hangs ? 1 : 0),
    skipped: results.numPendingTests + results.numTodoTests,
  };
}

/** @returns whether it had its results and went on regardless */
function untilEnded(child: ChildProcess, resultsFile: string): Promise<boolean> {
  return new Promise((resolve) => {
    let cutOff: NodeJS.Timeout | undefined;
    const watch = setInterval(() => {
      if (cutOff || !existsSync(resultsFile)) return;
      cutOff = setTimeout(() => child.kill('SIGKILL'), EXIT_WITHIN_MS);
    }, 500);
    child.once('exit', (_code, signal) => {
      clearInterval(watch);
      clearTimeout(cutOff);
      resolve(signal === 'SIGKILL' && existsSync(resultsFile));
    });
  });
}

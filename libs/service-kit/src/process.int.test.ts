import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, test } from '@jest/globals';
import { eventually } from '@frontrow/testing/eventually';

const kit = (file: string) => JSON.stringify(new URL(file, import.meta.url).href);

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** A service process whose `start` is this source. */
const run = (start: string) => {
  const source = `
    import { z } from 'zod';
    import { baseConfig, loadConfig } from ${kit('./config.ts')};
    import { runService } from ${kit('./process.ts')};
    await runService({ name: 'wallet', start: async () => { ${start} } });`;
  const { NODE_OPTIONS: _jest, ...env } = process.env;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', source], {
    cwd: import.meta.dirname,
    env: { ...env, LOG_LEVEL: 'info', PORT: '', KAFKA_BROKERS: 'nowhere' },
  });
  children.push(child);
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => (output.stdout += chunk));
  child.stderr.on('data', (chunk) => (output.stderr += chunk));
  const exited = once(child, 'close').then(([code]) => code as number | null);
  return { child, output, exited };
};

const started = (output: { stdout: string }) => eventually(() => output.stdout.includes('"started"'));
const kill = (child: ChildProcess, signal: NodeJS.Signals) => child.kill(signal);
const alive = 'const timer = setInterval(() => {}, 1000);';

describe('a service process', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)('stops on %s and exits with 0', async (signal) => {
    const { child, output, exited } = run(`${alive} return { stop: async () => { console.log('stop called'); } };`);
    await started(output);
    kill(child, signal);
    expect(await exited).toBe(0);
    expect(output.stdout).toContain('stop called');
    expect(output.stdout).toContain('"stopped"');
  });

  test('with a wrong configuration says one sentence a variable and exits with 78', async () => {
    const { output, exited } = run(
      'loadConfig(z.object({ ...baseConfig.http, ...baseConfig.kafka }), process.env); return { stop: async () => {} };',
    );
    expect(await exited).toBe(78);
    expect(output.stderr.trim().split('\n')).toEqual([
      'PORT is missing.',
      'KAFKA_BROKERS must be a comma list of host:port, but it is "nowhere".',
    ]);
  });

  test('that can not start says why and exits with 1', async () => {
    const { output, exited } = run("throw new Error('no broker');");
    expect(await exited).toBe(1);
    expect(output.stdout).toMatch(/"level":"fatal".*no broker/);
  });

  test('that stops while it starts does not wait for ever', async () => {
    const { child, output, exited } = run(
      `${alive} console.log('starting'); await new Promise(() => {}); return { stop: async () => {} };`,
    );
    await eventually(() => output.stdout.includes('starting'));
    kill(child, 'SIGTERM');
    expect(await exited).toBe(0);
  });

  test('ends at the second signal, whatever it is doing', async () => {
    const { child, output, exited } = run(`${alive} return { stop: () => new Promise(() => {}) };`);
    await started(output);
    kill(child, 'SIGTERM');
    await eventually(() => output.stdout.includes('"stopping"'));
    kill(child, 'SIGTERM');
    expect(await exited).toBe(1);
  });

  test.each(["throw new Error('nobody caught me')", "Promise.reject(new Error('nobody caught me'))"])(
    'ends with a log line after %s',
    async (crash) => {
      const { output, exited } = run(`setTimeout(() => { ${crash} }, 10); ${alive} return { stop: async () => {} };`);
      expect(await exited).toBe(1);
      expect(output.stdout).toMatch(/"level":"fatal".*nobody caught me/);
    },
  );
});

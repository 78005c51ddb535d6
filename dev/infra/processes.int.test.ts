import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@frontrow/testing/eventually';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { identityOf, isAlive } from './identity.ts';
import { choosePorts, isFree } from './ports.ts';
import { createProcesses, type ProcessSpec, stopOrphans, untilReady } from './processes.ts';
import { superviseProcess } from './supervisor.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'frontrow processes '));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const node = (name: string, program: string, more: Partial<ProcessSpec> = {}): ProcessSpec => ({
  name,
  command: process.execPath,
  args: ['-e', program],
  stopOrder: 2,
  ...more,
});
const FOR_EVER = 'setInterval(() => {}, 1000)';

describe('processes', () => {
  test('stop in their order, the stubborn too', async () => {
    const processes = createProcesses(dir);
    const ended: string[] = [];
    const stubborn = `process.on('SIGTERM', () => console.log('no')); console.log('up'); ${FOR_EVER}`;
    for (const spec of [
      node('server', FOR_EVER, { stopOrder: 3 }),
      node('stubborn', stubborn, { stopWithinMs: 200 }),
      node('gateway', FOR_EVER, { stopOrder: 1 }),
    ]) {
      const running = processes.start(spec);
      void running.ended.then((how) => ended.push(`${spec.name} ${how}`));
    }
    await eventually(() => readFileSync(join(dir, 'logs', 'stubborn.log'), 'utf8') === 'up\n');
    await processes.stopAll();
    expect(ended).toEqual(['gateway SIGTERM', 'stubborn SIGKILL', 'server SIGTERM']);
    expect(() => processes.start(node('late', FOR_EVER))).toThrow('Stopped');
  });

  test('one that ends before it is ready says so with its last words', async () => {
    const processes = createProcesses(dir);
    const running = processes.start(node('broken', "console.error('PORT is missing.'); process.exit(78)"));
    await expect(untilReady(running, processes, async () => false)).rejects.toThrow(
      /broken did not start \(exit code 78\): PORT is missing\./,
    );
  });

  test('one that dies is started again', async () => {
    const processes = createProcesses(dir);
    const marker = join(dir, 'starts');
    const spec = node('mortal', `require('fs').appendFileSync(process.argv[1], '.'); ${FOR_EVER}`);
    const starts = () => readFileSync(marker, 'utf8').length;
    const supervised = await superviseProcess(
      processes,
      { ...spec, args: [...spec.args, marker] },
      async () => starts() > 0,
    );
    await supervised.kill();
    await eventually(() => starts() === 2);
    await supervised.restart();
    await eventually(() => starts() === 3);
    await supervised.stop();
    await processes.stopAll();
    expect(starts()).toBe(3);
  });

  test('what a killed run left is found and stopped, but never another process that has its number now', async () => {
    const orphan = spawn(process.execPath, ['-e', FOR_EVER], { detached: true, stdio: 'ignore' });
    const bystander = spawn(process.execPath, ['-e', FOR_EVER], { detached: true, stdio: 'ignore' });
    const identities = [orphan, bystander].map(({ pid = 0 }) => identityOf(pid));
    createProcesses(dir);
    const record = (name: string, identity: object) =>
      writeFileSync(join(dir, 'pids', `${name}.json`), JSON.stringify({ name, stopSignal: 'SIGTERM', ...identity }));
    record('orphan', identities[0] ?? {});
    record('bystander', { pid: bystander.pid, startTime: '1' });
    writeFileSync(join(dir, 'pids', 'cut-off.json'), '{"na');
    expect(await stopOrphans(dir)).toEqual(['orphan']);
    expect(identities.map(isAlive)).toEqual([false, true]);
    bystander.kill('SIGKILL');
  });
});

describe('ports', () => {
  test('are kept from last time while they are free, and all different', async () => {
    const first = await choosePorts(['a', 'b', 'c']);
    expect(new Set(Object.values(first)).size).toBe(3);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(first.a, '127.0.0.1', resolve));
    expect(await isFree(first.a ?? 0)).toBe(false);
    const second = await choosePorts(['a', 'b', 'c'], first);
    expect(second).toMatchObject({ b: first.b, c: first.c });
    expect(second.a).not.toBe(first.a);
    server.close();
  });
});

import { type ChildProcess, spawn } from 'node:child_process';
import { Trouble } from './trouble.ts';

export interface CommandOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  uid?: number;
  gid?: number;
}

const active = new Set<ChildProcess>();

/** Ends the programs that `runCommand` is waiting for. */
export const stopCommands = (): void => {
  for (const child of active) child.kill('SIGTERM');
};

/** Runs a program to its end and returns what it printed; rejects with its last lines when it fails. */
export function runCommand(command: string, args: string[], options: CommandOptions = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    active.add(child);
    let output = '';
    const collect = (chunk: Buffer) => {
      output += chunk;
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.once('error', (error) => {
      active.delete(child);
      reject(error);
    });
    child.once('close', (code, signal) => {
      active.delete(child);
      if (code === 0) return resolve(output);
      const lastLines = output.trim().split('\n').slice(-5).join('\n');
      reject(new Trouble(`"${command}" failed (${signal ?? `exit code ${code}`}): ${lastLines}`));
    });
  });
}

import { spawnSync } from 'node:child_process';
import { Trouble } from '../trouble.ts';

/** What a program prints of its version, or `undefined` when it isn't there. */
export function versionText(command: string, args: string[], env?: NodeJS.ProcessEnv): string | undefined {
  const { error, status, stdout, stderr } = spawnSync(command, args, {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  return error || status !== 0 ? undefined : `${stdout}${stderr}`;
}

/** One sentence that says what to install, unless the program is there. */
export function requireTool(command: string, args: string[], advice: string): string {
  const text = versionText(command, args);
  if (text === undefined) throw new Trouble(advice);
  return text;
}

const OLDEST_JAVA = 17;

export function requireJava(): void {
  const advice = `Apache Kafka needs Java ${OLDEST_JAVA} or newer on the PATH: install it, e.g. "apt-get install openjdk-17-jre-headless".`;
  const text = requireTool('java', ['-version'], advice);
  const major = Number(/version "(\d+)/.exec(text)?.[1]);
  if (major < OLDEST_JAVA) throw new Trouble(`${advice} The one on the PATH is ${major}.`);
}

import { chmodSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { projectDir } from '../layout.ts';
import type { RedisBinary } from '../redis.ts';
import { runCommand } from '../run-command.ts';
import { Trouble } from '../trouble.ts';
import { unpackDebianPackages } from './debian-packages.ts';
import { installOnce } from './install-once.ts';
import { requireMaven } from './kafka-jars.ts';
import { versionText } from './require-tool.ts';

const OLDEST_REDIS = 6;

/** Redis from the PATH, else Debian's package, unpacked without installing it, else the binary inside a jar. */
export async function findRedis(): Promise<RedisBinary> {
  const onPath = { command: 'redis-server' };
  if (works(onPath)) return onPath;
  const failures: string[] = [];
  for (const [name, install] of [
    ['debian-redis', fromDebian],
    ['embedded-redis', fromJar],
  ] as const) {
    try {
      return await install(name);
    } catch (error) {
      failures.push(error instanceof Error ? error.message : String(error));
    }
  }
  throw new Trouble(`Redis can't be had: install it, e.g. "apt-get install redis-server". (${failures.join(' | ')})`);
}

const works = ({ command, env }: RedisBinary): boolean =>
  Number(/v=(\d+)/.exec(versionText(command, ['--version'], env) ?? '')?.[1] ?? 0) >= OLDEST_REDIS;

const working = (binary: RedisBinary): RedisBinary => {
  if (!works(binary)) throw new Error(`${binary.command} doesn't run here`);
  return binary;
};

const DEBIAN_PACKAGES = ['redis-server', 'redis-tools', 'libjemalloc2', 'liblzf1', 'libatomic1'];

async function fromDebian(name: string): Promise<RedisBinary> {
  const folder = await installOnce(name, async (target) => {
    await unpackDebianPackages(target, DEBIAN_PACKAGES);
    working(debianBinary(target));
  });
  return working(debianBinary(folder));
}

function debianBinary(folder: string): RedisBinary {
  const root = join(folder, 'root');
  const triplet = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';
  const libraries = [join(root, 'usr/lib', triplet), join(root, 'lib', triplet)];
  const env = { LD_LIBRARY_PATH: [...libraries, process.env.LD_LIBRARY_PATH].filter(Boolean).join(':') };
  return { command: join(root, 'usr/bin/redis-server'), env };
}

async function fromJar(name: string): Promise<RedisBinary> {
  const folder = await installOnce(name, async (target) => {
    requireMaven();
    const pom = join(projectDir, 'dev', 'redis', 'pom.xml');
    const options = [`-DoutputDirectory=${target}`, '-Dmdep.stripVersion=true'];
    await runCommand('mvn', ['--quiet', '--batch-mode', '-f', pom, 'dependency:copy-dependencies', ...options]);
    await runCommand('python3', ['-m', 'zipfile', '-e', join(target, 'embedded-redis.jar'), target]);
    chmodSync(join(target, binaryInJar(target)), 0o755);
  });
  return working({ command: join(folder, binaryInJar(folder)) });
}

function binaryInJar(folder: string): string {
  const platform = `linux-${process.arch === 'arm64' ? 'arm64' : 'amd64'}`;
  const file = readdirSync(folder).find((entry) => entry.startsWith('redis-server') && entry.endsWith(platform));
  if (!file) throw new Error('the jar holds no Redis for this kind of machine');
  return file;
}

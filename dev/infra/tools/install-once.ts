import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { toolsDir } from '../layout.ts';
import { explain } from '../trouble.ts';

/**
 * The folder of a tool, filled on first use. It is filled under another name and then renamed, so that a tool is
 * there as a whole or not at all, even when `npm start` and `npm test` install it at the same time.
 */
export async function installOnce(name: string, fill: (folder: string) => Promise<void>): Promise<string> {
  const folder = join(toolsDir, name);
  if (existsSync(folder)) return folder;
  const partial = join(toolsDir, `.${name}.${process.pid}`);
  mkdirSync(partial, { recursive: true });
  try {
    await fill(partial);
    mkdirSync(dirname(folder), { recursive: true });
    if (!existsSync(folder)) renameSync(partial, folder);
  } catch (error) {
    throw explain(error, toolsDir);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
  return folder;
}

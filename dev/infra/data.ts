import { rmSync } from 'node:fs';
import { outsideDir } from './servers.ts';

/** Removes the servers' data, also the part that may lie elsewhere (see `postgresDir`). */
export function removeData(dataDir: string): void {
  rmSync(dataDir, { recursive: true, force: true });
  rmSync(outsideDir(dataDir), { recursive: true, force: true });
}

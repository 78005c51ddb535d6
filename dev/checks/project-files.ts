import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectDir } from '../infra/layout.ts';

/** One thing that is wrong, where it stands. */
export interface Finding {
  file: string;
  line: number;
  message: string;
}

/** What belongs to the project, tracked or about to be: paths from its root. */
export function projectFiles(): string[] {
  const list = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: projectDir,
    encoding: 'utf8',
  });
  return list.split('\0').filter((file) => file !== '' && existsSync(join(projectDir, file)));
}

export const readLines = (file: string): string[] => readFileSync(join(projectDir, file), 'utf8').split('\n');

import { constants, lchownSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Trouble } from './trouble.ts';

/** PostgreSQL refuses to run as root: another user, for it alone. `undefined` when we aren't root. */
export interface ServerUser {
  name: string;
  uid: number;
  gid: number;
}

export function serverUser(): ServerUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const entry = ['postgres', 'nobody'].map((name) => users.find((user) => user[0] === name)).find(Boolean);
  if (!entry) throw new Trouble('PostgreSQL can’t run as root and there is no user "nobody": start as a plain user.');
  return { name: entry[0] as string, uid: Number(entry[2]), gid: Number(entry[3]) };
}

/** Whether any user may enter the folder and all above it. */
export function isReachableByAll(folder: string): boolean {
  for (let path = folder; ; path = dirname(path)) {
    if ((statSync(path).mode & constants.S_IXOTH) === 0) return false;
    if (path === dirname(path)) return true;
  }
}

export function chownTree(path: string, { uid, gid }: ServerUser): void {
  lchownSync(path, uid, gid);
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
  for (const entry of readdirSync(path)) chownTree(join(path, entry), { name: '', uid, gid });
}

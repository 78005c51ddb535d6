/** Something the person at the terminal can do something about: its message is the one sentence they see. */
export class Trouble extends Error {}

const fullDisk = (folder: string) =>
  new Trouble(`The disk is full: free some space for ${folder}, then run the command again.`);

const notOurs = (folder: string, text: string) =>
  new Trouble(`${folder} can't be written to (was it used as another user before?): make it yours. (${text.trim()})`);

/** Turns what programs and Node say of a full disk into a sentence; other errors stay as they are. */
export function explain(error: unknown, folder: string): unknown {
  const text =
    error instanceof Error ? `${error.message} ${(error as NodeJS.ErrnoException).code ?? ''}` : String(error);
  if (/EACCES|EPERM/.test(text)) return notOurs(folder, text);
  return /ENOSPC|No space left on device|EDQUOT|Disk quota exceeded/.test(text) ? fullDisk(folder) : error;
}

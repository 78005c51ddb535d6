import { readFileSync } from 'node:fs';

/**
 * When a process started, in clock ticks since boot: with the pid, it names one process and no later one that
 * happens to get the same number. `undefined` when there is no such process (or it is a zombie).
 */
export function startTimeOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field, the command's name, may hold spaces and parentheses: count from the last one.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

export interface Identity {
  pid: number;
  startTime: string | undefined;
}

export const identityOf = (pid: number): Identity => ({ pid, startTime: startTimeOf(pid) });

export const isAlive = ({ pid, startTime }: Identity): boolean =>
  startTime !== undefined && startTimeOf(pid) === startTime;

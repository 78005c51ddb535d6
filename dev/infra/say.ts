const startedMs = performance.now();

export const secondsSince = (sinceMs: number): string => `${((performance.now() - sinceMs) / 1000).toFixed(1)} s`;

/** Since the command was started. */
export const elapsed = (): string => secondsSince(startedMs);

/** A terminal that was closed takes no more output; that must not keep us from stopping what we started. */
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

export const say = (line = ''): void => {
  process.stdout.write(`${line}\n`);
};

const REPEAT_EVERY_MS = 10_000;

/** Says what is being done, again and again while it lasts, and how long it took. */
export async function step<T>(what: string, work: () => Promise<T>): Promise<T> {
  const sinceMs = performance.now();
  const repeat = setInterval(() => say(`  … ${what} (${secondsSince(sinceMs)})`), REPEAT_EVERY_MS);
  try {
    const result = await work();
    say(`  ✓ ${what} (${secondsSince(sinceMs)})`);
    return result;
  } finally {
    clearInterval(repeat);
  }
}

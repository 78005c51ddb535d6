import { connect, createServer } from 'node:net';

// Below the range from which the system gives ports to outgoing connections, which come and go all the time.
const LOWEST = 20_000;
const HIGHEST = 31_999;

/** Whether a server of ours could listen there now. @throws when listening is forbidden (ports below 1024) */
export const isFree = (port: number, host = '127.0.0.1'): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(false);
      else reject(error);
    });
    server.listen(port, host, () => server.close(() => resolve(true)));
  });

/** Free ports on loopback by name: those of last time where nobody else has taken them, else any. */
export async function choosePorts(
  names: readonly string[],
  lastTime: Record<string, number> = {},
): Promise<Record<string, number>> {
  const chosen = new Map<string, number>();
  const isTaken = (port: number) => [...chosen.values()].includes(port);
  for (const name of names) {
    let port = lastTime[name] ?? randomPort();
    while (isTaken(port) || !(await isFree(port))) port = randomPort();
    chosen.set(name, port);
  }
  return Object.fromEntries(chosen);
}

const randomPort = () => LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST + 1));

export const acceptsConnections = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      resolve(true);
      socket.destroy();
    });
    socket.once('error', () => resolve(false));
  });

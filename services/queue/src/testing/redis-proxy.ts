import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface RedisProxy {
  readonly url: string;
  /** Cuts every connection and refuses new ones, as a Redis that was killed. */
  cut(): Promise<void>;
  /** Keeps connections and takes new ones, but lets nothing through, as a Redis that hangs. */
  freeze(): void;
  /** All is well again; what was frozen is lost. */
  restore(): Promise<void>;
  stop(): Promise<void>;
}

/** A way to Redis that a test can break, so that a server shared with others need not be. */
export const startRedisProxy = async (redisUrl: string): Promise<RedisProxy> => {
  const target = new URL(redisUrl);
  const sockets = new Set<Socket>();
  let isFrozen = false;
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.on('data', (bytes) => isFrozen || upstream.write(bytes));
    upstream.on('data', (bytes) => isFrozen || client.write(bytes));
  });
  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const disconnectAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      disconnectAll();
    });

  return {
    url: `redis://127.0.0.1:${port}`,
    cut: close,
    freeze: () => {
      isFrozen = true;
    },
    restore: async () => {
      if (isFrozen) disconnectAll();
      isFrozen = false;
      if (!server.listening) await listen(port);
    },
    stop: close,
  };
};

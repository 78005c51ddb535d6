import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { System } from './system.ts';

export interface ControlServer {
  url: string;
  stop(): void;
}

/** Lets end-to-end tests, in another process, restart and kill parts of the system: `POST /restart/reservation-2`. */
export async function startControlServer({ processes }: System): Promise<ControlServer> {
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const [, action, name = ''] = (request.url ?? '').split('/');
    const target = processes.get(name);
    try {
      if (request.method !== 'POST' || !target || (action !== 'restart' && action !== 'kill')) {
        response.writeHead(404).end(`There is nothing to ${action} called "${name}".`);
        return;
      }
      await target[action]();
      response.writeHead(204).end();
    } catch (error) {
      response.writeHead(500).end(String(error));
    }
  };
  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

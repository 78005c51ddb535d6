import { type ServiceName, services } from '@frontrow/contracts/route';
import { isFree } from './infra/ports.ts';
import { Trouble } from './infra/trouble.ts';

export interface StartOptions {
  /** Begin with empty data. */
  fresh: boolean;
  /** Of the gateway. */
  port: number;
  instances: Partial<Record<ServiceName, number>>;
}

const USAGE =
  'npm start understands "-- --fresh" (begin with empty data), PORT=9080 and INSTANCES=reservation=2,queue=2.';
const MAX_INSTANCES = 9;

/** @throws Trouble with a sentence that says what is wrong */
export function readStartOptions(args: readonly string[], env: NodeJS.ProcessEnv): StartOptions {
  const unknown = args.find((arg) => arg !== '--fresh');
  if (unknown !== undefined) throw new Trouble(`"${unknown}" means nothing here. ${USAGE}`);
  return {
    fresh: args.includes('--fresh'),
    port: portFrom(env.PORT || '8080'),
    instances: Object.fromEntries((env.INSTANCES || '').split(',').filter(Boolean).map(instancesFrom)),
  };
}

function portFrom(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65_535)
    throw new Trouble(`PORT must be from 1 to 65535, not "${text}".`);
  return port;
}

function instancesFrom(text: string): [ServiceName, number] {
  const [name = '', count = ''] = text.trim().split('=');
  const service = services.find((known) => known === name);
  if (!service || !/^[1-9]$/.test(count))
    throw new Trouble(
      `INSTANCES must read like reservation=2,queue=3 (1 to ${MAX_INSTANCES} of ${services.join(', ')}), not "${text}".`,
    );
  return [service, Number(count)];
}

/** @throws Trouble when the gateway can't listen there */
export async function requireFreePort(port: number): Promise<void> {
  const another = `choose another one, e.g. "PORT=${port < 9_000 ? 9_080 : 8_080} npm start"`;
  try {
    if (await isFree(port)) return;
  } catch (error) {
    throw new Trouble(`Port ${port} can't be used (${(error as Error).message}): ${another}.`);
  }
  throw new Trouble(`Port ${port} is taken by another program: stop that, or ${another}.`);
}

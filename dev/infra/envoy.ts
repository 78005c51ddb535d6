import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderGateway } from '../../deploy/gateway/render.ts';
import type { GatewaySettings } from '../../deploy/gateway/settings.ts';
import type { ProcessSpec } from './processes.ts';

/** Envoy with the configuration of deploy/gateway, written to `dir`. */
export function envoySpec(binary: string, dir: string, settings: GatewaySettings): ProcessSpec {
  mkdirSync(dir, { recursive: true });
  const config = join(dir, 'envoy.yaml');
  writeFileSync(config, renderGateway(settings));
  return {
    name: 'gateway',
    command: binary,
    // Hot restart would have two copies on one machine share a memory segment.
    args: ['-c', config, '--disable-hot-restart', '--log-level', 'warning', '--concurrency', '2'],
    cwd: dir,
    stopOrder: 1,
    // Envoy leaves at once: let it go before the services, which finish what they have.
    stopWithinMs: 5_000,
  };
}

const required = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run the tests with "npm test", which starts the system they need.`);
  return value;
};

/** Of the system that "npm test" started for the end-to-end tests. */
export const gatewayUrl = (): string => required('TEST_GATEWAY_URL');

/** Its processes: `queue-1`, `queue-2`, `reservation-1`, `reservation-2`, `payment-1`, `payment-2`, `wallet-1` … */
type ProcessName = `${'queue' | 'reservation' | 'payment'}-${1 | 2}` | 'concert-1' | 'wallet-1' | 'issuer' | 'gateway';

async function control(action: 'restart' | 'kill', name: ProcessName): Promise<void> {
  const response = await fetch(`${required('TEST_CONTROL_URL')}/${action}/${name}`, { method: 'POST' });
  if (!response.ok) throw new Error(`Could not ${action} ${name}: ${response.status} ${await response.text()}`);
}

/** Stops one process in order and starts it again; resolves when it is ready. */
export const restart = (name: ProcessName): Promise<void> => control('restart', name);

/** kill -9: it comes back by itself after half a second. Resolves when it is dead. */
export const kill = (name: ProcessName): Promise<void> => control('kill', name);

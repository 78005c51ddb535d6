/** Node's codes for a peer that can't be reached, or went away, for now. */
const NETWORK_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTDOWN',
]);

/**
 * SQLSTATE classes that say nothing about the message: 08 connection, 25006 a replica after a failover, 40
 * deadlock and serialization, 53 out of resources, 55P03 lock not available, 57 shutting down or cancelled, 58
 * system error. https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const SQL_STATES = /^(08...|25006|40...|53...|55P03|57...|58...)$/;

/** Without a code: pg's, knex's and ioredis' ways to say that the connection is gone or there is none to be had. */
const TEXTS =
  /Connection terminated|Connection ended|timeout expired|Timeout acquiring a connection|Connection is closed|max retries per request|^(LOADING|READONLY|CLUSTERDOWN|TRYAGAIN|MASTERDOWN|BUSY) /i;

function codeOf(error: object): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/**
 * Whether an error is the infrastructure's and will pass: such a message is tried for ever. Looks through causes
 * and aggregated errors (a refused connection to a name with two addresses is one).
 */
export function isTransient(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const code = codeOf(error);
  if (NETWORK_CODES.has(code) || SQL_STATES.test(code)) return true;
  if (error instanceof Error && TEXTS.test(error.message)) return true;
  if (error instanceof AggregateError && error.errors.some(isTransient)) return true;
  return error instanceof Error && error.cause !== undefined && isTransient(error.cause);
}

/** A deadlock or a failed serialization: another transaction was in the way, the next try has good chances at once. */
export function isContention(error: unknown): boolean {
  return typeof error === 'object' && error !== null && codeOf(error).startsWith('40');
}

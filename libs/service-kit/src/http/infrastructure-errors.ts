/** Connections that are down, full or timed out: the request may well succeed a second later. */
const RETRIABLE_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  // PostgreSQL: https://www.postgresql.org/docs/current/errcodes-appendix.html
  '40001', // serialization_failure
  '40P01', // deadlock_detected
  '25006', // read_only_sql_transaction: a fail-over has begun
  '25P03', // idle_in_transaction_session_timeout
  '53100', // disk_full
  '53200', // out_of_memory
  '53300', // too_many_connections
  '55P03', // lock_not_available
  '57014', // query_canceled: the statement timeout
  '57P01', // admin_shutdown
  '57P02', // crash_shutdown
  '57P03', // cannot_connect_now
  '57P05', // idle_session_timeout
]);

const RETRIABLE_NAMES = new Set([
  'KnexTimeoutError', // no free connection in time
  'MaxRetriesPerRequestError', // ioredis
  'ClusterAllFailedError',
  'KafkaJSConnectionError',
  'KafkaJSRequestTimeoutError',
  'KafkaJSNumberOfRetriesExceeded',
  'KafkaJSBrokerNotFound',
]);

const RETRIABLE_MESSAGES =
  /Connection terminated|timeout exceeded when trying to connect|Connection is closed|Stream isn't writeable|Command timed out|Timeout acquiring a connection|Client has encountered a connection error|^(LOADING|READONLY|MASTERDOWN|TRYAGAIN|CLUSTERDOWN|OOM) /;

const MAX_DEPTH = 5;

interface ErrorLike {
  readonly code?: unknown;
  readonly name?: unknown;
  readonly message?: unknown;
  readonly cause?: unknown;
  readonly errors?: unknown;
}

/** Whether an error, or what caused it, says that a server we depend on is away or overloaded. */
export const isInfrastructureError = (error: unknown, depth = 0): boolean => {
  if (typeof error !== 'object' || error === null || depth > MAX_DEPTH) return false;
  const { code, name, message, cause, errors } = error as ErrorLike;
  return (
    (typeof code === 'string' && (RETRIABLE_CODES.has(code) || isConnectionException(code))) ||
    (typeof name === 'string' && RETRIABLE_NAMES.has(name)) ||
    (typeof message === 'string' && RETRIABLE_MESSAGES.test(message)) ||
    isInfrastructureError(cause, depth + 1) ||
    (Array.isArray(errors) && errors.some((inner) => isInfrastructureError(inner, depth + 1)))
  );
};

/** PostgreSQL's class 08. */
const isConnectionException = (code: string): boolean => /^08[0-9A-Z]{3}$/.test(code);

import { type logCreator, logLevel } from 'kafkajs';
import type { Logger } from 'pino';

/**
 * kafkajs through pino, and everything at debug or below: what kafkajs calls an error (a broker that restarts, a
 * rebalance) it tries again itself, and what it gives up on, the caller logs, once (outage.ts).
 */
export const pinoLogCreator =
  (logger: Logger): logCreator =>
  () =>
  ({ namespace, level, log: { message, timestamp: _timestamp, ...rest } }) => {
    const pinoLevel = level === logLevel.DEBUG ? 'trace' : 'debug';
    logger[pinoLevel]({ kafkajs: namespace, ...rest }, message);
  };

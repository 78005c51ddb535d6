import pino from 'pino';

/** For what is built with a logger and tested without its output. */
export const silentLogger = (): pino.Logger => pino({ level: 'silent' });

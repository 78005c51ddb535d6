import type { ServiceName } from '@frontrow/contracts/route';
import { type DestinationStream, type Logger, pino } from 'pino';

export type { Logger } from 'pino';

const SECRET_HEADERS = ['authorization', '["queue-token"]', 'cookie', '["set-cookie"]'];
const redactedPaths = ['', 'headers', 'req.headers', 'request.headers', 'err.headers', 'err.config.headers'].flatMap(
  (prefix) =>
    SECRET_HEADERS.map((header) => (header.startsWith('[') || prefix === '' ? prefix + header : `${prefix}.${header}`)),
);

/** JSON lines, on stdout unless told otherwise. Tokens never reach them: secret headers are cut out wherever they are logged. */
export const createLogger = (service: ServiceName, level: string, destination?: DestinationStream): Logger =>
  pino(
    {
      level,
      base: { service },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: redactedPaths, censor: '[redacted]' },
    },
    destination ?? pino.destination({ fd: 1, sync: true }),
  );

import { expect, test } from '@jest/globals';
import { createLogger } from './logger.ts';

test('tokens never reach the log', () => {
  const written: string[] = [];
  const logger = createLogger('wallet', 'info', { write: (line) => void written.push(line) });
  const headers = {
    authorization: 'Bearer abc-secret',
    'queue-token': 'def-secret',
    cookie: 'ghi-secret',
    accept: '*/*',
  };
  logger.info({ req: { headers }, request: { headers }, headers, ...headers }, 'seen');
  logger.info({ err: Object.assign(new Error('x'), { config: { headers } }) }, 'failed');
  expect(written.join()).not.toContain('secret');
  expect(JSON.parse(written[0] as string)).toMatchObject({
    level: 'info',
    service: 'wallet',
    msg: 'seen',
    headers: { accept: '*/*' },
  });
});

// `npm test`: the servers, then unit, integration and end-to-end tests, or those whose path matches an argument.
import { run } from './bootstrap.mjs';

void run('run-tests.ts', 'npm test');

// `npm start`: everything Frontrow needs, on this machine, without Docker. See dev/README.md.
import { run } from './bootstrap.mjs';

void run('start-stack.ts', 'npm start');

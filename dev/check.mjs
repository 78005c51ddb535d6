// `npm run check`: types, lint with the walls between the folders, format, documents that name files.
import { run } from './bootstrap.mjs';

void run('run-checks.ts', 'npm run check');

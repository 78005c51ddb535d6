// `npm run docs`: writes the documents that are generated from the contracts.
import { run } from './bootstrap.mjs';

await run('../libs/service-kit/scripts/write-errors.ts', 'npm run docs');

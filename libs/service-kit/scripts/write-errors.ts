import { writeFileSync } from 'node:fs';
import { errorsMarkdown } from '../src/docs/errors-markdown.ts';

writeFileSync(new URL('../../../docs/errors.md', import.meta.url), errorsMarkdown());

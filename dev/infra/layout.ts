import { dirname, join } from 'node:path';

/** The folder of the clone. */
export const projectDir = dirname(dirname(import.meta.dirname));

/** What the embedded stack downloads and keeps; ignored by git. */
export const homeDir = join(projectDir, '.frontrow');

/** Kafka's jars, Redis and Envoy, shared by `npm start` and `npm test`. */
export const toolsDir = join(homeDir, 'tools');

import { join } from 'node:path';
import { projectDir } from '../layout.ts';
import { runCommand } from '../run-command.ts';
import { installOnce } from './install-once.ts';
import { requireTool } from './require-tool.ts';

/** Apache Kafka's jars, by Maven from the pinned pom. */
export const installKafka = (): Promise<string> =>
  installOnce('kafka-4.3.1', async (folder) => {
    requireMaven();
    const pom = join(projectDir, 'dev', 'kafka', 'pom.xml');
    const options = [`-DoutputDirectory=${folder}`, '-DincludeScope=runtime'];
    await runCommand('mvn', ['--quiet', '--batch-mode', '-f', pom, 'dependency:copy-dependencies', ...options]);
  });

export const requireMaven = (): string =>
  requireTool('mvn', ['--version'], 'Maven fetches Apache Kafka: install it, e.g. "apt-get install maven".');

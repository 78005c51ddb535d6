import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { checkDocuments } from './checks/documents.ts';
import { checkLockFile, checkMachineNames } from './checks/machine-names.ts';
import { type Finding, projectFiles } from './checks/project-files.ts';
import { checkWalls } from './checks/walls.ts';
import { projectDir } from './infra/layout.ts';
import { secondsSince } from './infra/say.ts';

type Check = () => string;

const files = projectFiles();

/** Each returns what is wrong, or nothing. */
const checks: Record<string, Check> = {
  types: () => tool('typescript', 'tsc', ['-p', '.', '--pretty', 'false']),
  lint: () => tool('oxlint', 'oxlint', ['--type-aware', '--format', 'unix', '--quiet']),
  walls: () => listed(checkWalls(files)),
  format: () => tool('@biomejs/biome', 'biome', ['format', '--colors=off']),
  documents: () => listed(checkDocuments(files)),
  'machine names': () => listed(checkMachineNames(files)),
  'lock file': () => listed(checkLockFile()),
};

// `npm run check -- walls lint` runs only these.
const wanted = process.argv.slice(2);
let failed = 0;
for (const [name, check] of Object.entries(checks)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const sinceMs = performance.now();
  const wrong = check();
  console.log(`${wrong ? '✗' : '✓'} ${name} (${secondsSince(sinceMs)})`);
  if (wrong) console.log(`${wrong.trimEnd()}\n`);
  failed += wrong ? 1 : 0;
}
console.log(failed === 0 ? 'All checks passed.' : `${failed} of ${Object.keys(checks).length} checks failed.`);
process.exitCode = failed === 0 ? 0 : 1;

/** Runs a package's program with our own Node, so that the check works whatever is on the PATH. */
function tool(packageName: string, program: string, args: string[]): string {
  const file = join(projectDir, 'node_modules', packageName, 'bin', program);
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [file, ...args], {
    cwd: projectDir,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status === 0) return '';
  return error ? String(error) : `${stdout}${stderr}` || `${program} failed`;
}

function listed(findings: readonly Finding[]): string {
  return findings.map(({ file, line, message }) => `${file}:${line}: ${message}`).join('\n');
}

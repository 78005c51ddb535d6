import { type Finding, readLines } from './project-files.ts';

const TEXT = /\.(ts|mjs|js|json|md|yaml|yml|xml|sh|properties|npmrc|patch)$|(^|\/)(Dockerfile|\.npmrc|run)$/;

/** What would tie the project to one machine or one registry: it must run anywhere. */
const FORBIDDEN: readonly (readonly [pattern: RegExp, what: string])[] = [
  [/\b(registry|repo\d?|pypi|files|deb|proxy|crates|static)\.[a-z][\w-]*\.(org|com|io)\b/i, 'a registry’s host'],
  [/(^|[\s"'`(=:])\/(home|root|Users|work)\/[\w.-]/, 'a path of one machine'],
];

export function checkMachineNames(files: readonly string[]): Finding[] {
  return files
    .filter((file) => TEXT.test(file))
    .flatMap((file) =>
      readLines(file).flatMap((text, index) =>
        FORBIDDEN.filter(([pattern]) => pattern.test(text)).map(([, what]) => ({
          file,
          line: index + 1,
          message: `names ${what}`,
        })),
      ),
    );
}

interface LockFile {
  packages: Record<string, { version?: string; link?: boolean; resolved?: string }>;
}

/**
 * Every package in package-lock.json has a version. npm leaves out those of optional packages for other machines when
 * it works from an installed tree without registry addresses; `npm ci` then fails on a fresh clone.
 */
export function checkLockFile(): Finding[] {
  const lock = JSON.parse(readLines('package-lock.json').join('\n')) as LockFile;
  return Object.entries(lock.packages)
    .filter(([name, { version, link }]) => name.includes('node_modules/') && !link && !version)
    .map(([name]) => ({
      file: 'package-lock.json',
      line: 1,
      message: `${name} has no version: make the file anew with "npm install --package-lock-only" in a copy without node_modules`,
    }));
}

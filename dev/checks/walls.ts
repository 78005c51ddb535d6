import { dirname, join } from 'node:path/posix';
import { type Finding, readLines } from './project-files.ts';

/** The walls of the house: what may know what. A rule sees one import and says what is wrong with it. */
type Rule = (file: SourceFile, imported: Import) => string | undefined;

interface SourceFile {
  path: string;
  /** "services/queue" or "libs/saga" */
  home: string;
  /** Below `src/`: "domain", "store", "commands" …, or the file's own name. */
  room: string;
  isTest: boolean;
}

interface Import {
  /** A path from the project's root, or a package's name with its subpath. */
  target: string;
  isPackage: boolean;
}

const STORE_PACKAGES = /^(knex|pg|ioredis)(\/|$)/;
const WORLD_PACKAGES =
  /^(knex|pg|ioredis|kafkajs|express|helmet|pino|prom-client|rate-limiter-flexible|node:(fs|net|http|https|child_process|timers|dns|worker_threads))(\/|$)/;
/** Pure parts of the libraries, which a domain may use. */
const PURE_LIBS = /^@frontrow\/(contracts\/.+|saga\/definition|service-kit\/(problem|clock|ids|pass))$/;

const isService = (file: SourceFile) => file.home.startsWith('services/');

const rules: readonly Rule[] = [
  ({ room, isTest }, { target, isPackage }) => {
    if (room !== 'domain' || isTest) return undefined;
    if (isPackage && (WORLD_PACKAGES.test(target) || (target.startsWith('@frontrow/') && !PURE_LIBS.test(target))))
      return `the domain is pure: it may not import ${target}`;
    return !isPackage && !target.includes('/src/domain/') ? `the domain knows only itself, not ${target}` : undefined;
  },
  ({ room }, { target, isPackage }) => {
    if (room !== 'routes.ts' && room !== 'subscriptions.ts') return undefined;
    if (!isPackage && target.includes('/src/store/')) return `${room} is a table: it may not import ${target}`;
    return isPackage && WORLD_PACKAGES.test(target) ? `${room} is a table: it may not import ${target}` : undefined;
  },
  (file, { target, isPackage }) => {
    const mayKnow = file.isTest || file.room === 'store' || file.room === 'service.ts' || file.room === 'migrations';
    if (!isService(file) || mayKnow || !isPackage || !STORE_PACKAGES.test(target)) return undefined;
    return `only src/store knows SQL, Redis and their types: it may not import ${target}`;
  },
  (file, { target }) => {
    const service = /^(?:@frontrow|services)\/(queue|concert|reservation|wallet|payment)(?:\/|$)/.exec(target)?.[1];
    if (!service || file.home === `services/${service}`) return undefined;
    return isService(file)
      ? `no service imports another: not ${target}`
      : `dependencies point from services to libs, not to ${target}`;
  },
  ({ home, isTest }, { target, isPackage }) => {
    if (home !== 'libs/contracts' || isTest || target.startsWith('libs/contracts/') || /^zod(\/|$)/.test(target))
      return undefined;
    return `contracts imports zod only, not ${isPackage ? target : `the file ${target}`}`;
  },
];

const HOMES = /^((?:services|libs)\/[^/]+)\/(?:src\/)?([^/]+)/;
const IMPORT = /(?:^\s*(?:import|export)\b[^'"]*?\bfrom\s*|^\s*import\s*|\bimport\(\s*|^\}\s*from\s*)['"]([^'"]+)['"]/;

export function checkWalls(files: readonly string[], read = readLines): Finding[] {
  return files
    .filter((path) => path.endsWith('.ts') && HOMES.test(path))
    .flatMap((path) => read(path).flatMap((line, index) => findingsIn(path, line, index + 1)));
}

function findingsIn(path: string, text: string, line: number): Finding[] {
  const specifier = IMPORT.exec(text)?.[1];
  if (!specifier) return [];
  const [, home = '', room = ''] = HOMES.exec(path) ?? [];
  const file: SourceFile = { path, home, room, isTest: /\.test\.ts$|\.test-kit\.ts$|\/src\/testing\//.test(path) };
  const isPackage = !specifier.startsWith('.');
  const imported = { isPackage, target: isPackage ? specifier : join(dirname(path), specifier) };
  return rules.flatMap((rule) => {
    const message = rule(file, imported);
    return message ? [{ file: path, line, message }] : [];
  });
}

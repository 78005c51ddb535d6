import { existsSync } from 'node:fs';
import { basename, dirname, join, normalize } from 'node:path/posix';
import { projectDir } from '../infra/layout.ts';
import { type Finding, readLines } from './project-files.ts';

/** Documents that name a file name one that exists: in links, and in backticks where it looks like a path. */
export function checkDocuments(files: readonly string[], read = readLines): Finding[] {
  const known = new Set(files);
  const folders = new Set(files.flatMap(parentsOf));
  const baseNames = new Set(files.map((file) => basename(file)));

  const services = [...folders].filter((folder) => /^services\/[^/]+$/.test(folder));

  const exists = (name: string, document: string): boolean => {
    const path = normalize(name.replace(/\/$/, ''));
    // "src/routes.ts" in a document about every service is the file of each.
    const inServices = /^(src|migrations)\//.test(path) ? services : [];
    const bases = ['.', dirname(document), join(dirname(document), 'src'), ...inServices];
    return bases.some((base) => {
      const full = join(base, path);
      return known.has(full) || folders.has(full) || full === '.';
    });
  };
  const isGone = (name: string, document: string, isLink: boolean): boolean => {
    if (exists(name, document) || existsSync(join(projectDir, 'node_modules', name))) return false;
    return isLink || name.includes('/') || !baseNames.has(name);
  };

  return files
    .filter((file) => file.endsWith('.md') && !file.startsWith('docs/generated/'))
    .flatMap((document) =>
      proseLines(read(document)).flatMap(({ text, line }) =>
        namesIn(text)
          .filter(({ name, isLink }) => isGone(name, document, isLink))
          .map(({ name }) => ({ file: document, line, message: `names ${name}, which does not exist` })),
      ),
    );
}

function parentsOf(file: string): string[] {
  const parent = dirname(file);
  return parent === '.' ? [] : [parent, ...parentsOf(parent)];
}

/** Without code blocks: those show commands and answers. */
function proseLines(lines: readonly string[]): { text: string; line: number }[] {
  let inCode = false;
  return lines.flatMap((text, index) => {
    if (/^\s*(```|~~~)/.test(text)) {
      inCode = !inCode;
      return [];
    }
    return inCode ? [] : [{ text, line: index + 1 }];
  });
}

const LINK = /\]\(([^)\s]+)\)/g;
const BACKTICKS = /`([^`]+)`/g;
const FILE_LIKE = /^\.?[\w@-][\w@.-]*(\/[\w@.-]+)*\/?$/;
/** A kind of file, not one: `.ts` */
const ONLY_EXTENSION = /^\.\w+$/;
const EXTENSION = /\.(ts|mjs|js|json|md|yaml|yml|xml|sh|lua|html|properties|patch)$/;
const TOP_FOLDERS = /^(libs|services|dev|deploy|docs|tests|bench|apps|patches|\.ci)\//;

function namesIn(text: string): { name: string; isLink: boolean }[] {
  const links = [...text.matchAll(LINK)]
    .map(([, target = '']) => target.split('#')[0] ?? '')
    .filter((target) => target !== '' && !/^[a-z]+:/.test(target) && !target.startsWith('/'));
  const quoted = [...text.matchAll(BACKTICKS)]
    .map(([, name = '']) => name)
    .filter(
      (name) => FILE_LIKE.test(name) && !ONLY_EXTENSION.test(name) && (EXTENSION.test(name) || TOP_FOLDERS.test(name)),
    );
  return [...links.map((name) => ({ name, isLink: true })), ...quoted.map((name) => ({ name, isLink: false }))];
}

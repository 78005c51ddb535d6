// What runs before anything is installed, on whatever Node the machine has: plain JavaScript, no packages, and nothing that an old
// Node would choke on before it can say that it is old. It installs the packages when needed and goes on in TypeScript,
// under Node 24.
import { spawn } from 'child_process';
import { createHash } from 'crypto';
import fs from 'fs';
import { dirname, join } from 'path';
import { fileURLToPath } from 'url';

const OLDEST_NODE = 20;
const NODE_OF_THE_PROJECT = 24;

const projectDir = dirname(dirname(fileURLToPath(import.meta.url)));
const modulesDir = join(projectDir, 'node_modules');
const lockFile = join(projectDir, 'package-lock.json');
const stampFile = join(modulesDir, '.frontrow-installed');
const homeDir = join(projectDir, '.frontrow');
// There while an installation is under way, and after one that failed or was killed.
const incompleteFile = join(homeDir, 'install-incomplete');
const NEEDED_BYTES = 1_500_000_000;

/** @param {string} script TypeScript beside this file  @param {string} command what the person typed */
export async function run(script, command) {
  try {
    requireNode(command);
    await installPackages(command);
    process.exitCode = await runUnderNode24(join(projectDir, 'dev', script), process.argv.slice(2));
  } catch (error) {
    console.error(`\n${sentenceFor(error)}`);
    process.exitCode = 1;
  }
}

const majorOf = (version) => Number(version.replace(/^v/, '').split('.')[0]);

function requireNode(command) {
  if (majorOf(process.version) >= OLDEST_NODE) return;
  throw new Error(
    `Frontrow needs Node ${OLDEST_NODE} or newer to begin with, and this is ${process.version}: install a newer one, then run "${command}" again.`,
  );
}

function sentenceFor(error) {
  const text = `${error.code || ''} ${error.output || error.message}`;
  if (/ENOSPC|EDQUOT|no space left/i.test(text))
    return `The disk is full: free some space for ${projectDir}, then run the command again.`;
  if (/EACCES|EPERM/.test(text))
    return `${projectDir} can't be written to (was it used as another user before?): make it yours, then run the command again.`;
  return error.message;
}

/** What the installed packages come from. */
function wantedStamp() {
  const hash = createHash('sha256').update(fs.readFileSync(lockFile));
  const patchesDir = join(projectDir, 'patches');
  if (fs.existsSync(patchesDir))
    for (const file of fs.readdirSync(patchesDir)) hash.update(fs.readFileSync(join(patchesDir, file)));
  return hash.digest('hex');
}

/** Either our own stamp says so, or somebody ran npm since the lock file changed. */
function isInstalled() {
  if (fs.existsSync(incompleteFile)) return false;
  if (fs.existsSync(stampFile) && fs.readFileSync(stampFile, 'utf8') === wantedStamp()) return true;
  const installed = join(modulesDir, '.package-lock.json');
  return (
    fs.existsSync(installed) &&
    !fs.existsSync(stampFile) &&
    fs.statSync(installed).mtimeMs >= fs.statSync(lockFile).mtimeMs
  );
}

async function installPackages(command) {
  if (isInstalled()) return;
  const release = await takeInstallLock();
  try {
    if (isInstalled()) return;
    requireSpace();
    const isFirst = !fs.existsSync(modulesDir);
    fs.writeFileSync(incompleteFile, '');
    const startedMs = Date.now();
    console.log(`Installing npm packages${isFirst ? ' (about half a minute, once)' : ''} …`);
    // "npm ci" would take the packages from under a Frontrow that is running; that is for an empty folder only.
    // Install scripts are left out: none of the packages needs its own.
    const how = isFirst ? ['ci'] : ['install', '--no-save'];
    await runToEnd('npm', [...how, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], command);
    await runToEnd(process.execPath, [join(modulesDir, 'patch-package', 'index.js')], command);
    fs.writeFileSync(stampFile, wantedStamp());
    fs.rmSync(incompleteFile);
    console.log(`Installed npm packages (${((Date.now() - startedMs) / 1000).toFixed(1)} s).`);
  } finally {
    release();
  }
}

/** Before it begins: npm takes a disk that fills up meanwhile for a success. */
function requireSpace() {
  const { bavail, bsize } = fs.statfsSync(projectDir);
  if (bavail * bsize >= NEEDED_BYTES) return;
  const shown = (bytes) => `${Math.round(bytes / 1e6)} MB`;
  throw new Error(
    `The disk is full: ${projectDir} has ${shown(bavail * bsize)} left and needs ${shown(NEEDED_BYTES)}; free some space, then run the command again.`,
  );
}

/** One installation at a time: `npm start` and `npm test` may be run at once in a fresh clone. */
async function takeInstallLock() {
  const file = join(homeDir, 'install.lock');
  fs.mkdirSync(homeDir, { recursive: true });
  for (let waited = false; ; waited = true) {
    try {
      const lock = fs.openSync(file, 'wx');
      fs.writeFileSync(lock, String(process.pid));
      fs.closeSync(lock);
      return () => fs.rmSync(file, { force: true });
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (!isRunning(Number(fs.readFileSync(file, 'utf8')))) fs.rmSync(file, { force: true });
    if (!waited) console.log('Waiting for another command that installs npm packages …');
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Runs quietly; its output is shown only if it fails. */
function runToEnd(program, args, command) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: projectDir, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    const stop = () => child.kill();
    process.once('exit', stop);
    child.once('error', (error) => {
      reject(
        error.code === 'ENOENT'
          ? new Error(`"${program}" is missing: install it, then run "${command}" again.`)
          : error,
      );
    });
    child.once('close', (code, signal) => {
      process.removeListener('exit', stop);
      if (code === 0) return resolve();
      const lastLines = output.trim().split('\n').slice(-15).join('\n');
      const error = new Error(
        `${lastLines}\n\nInstalling the npm packages failed (${signal || `exit code ${code}`}): see above, then run "${command}" again.`,
      );
      reject(Object.assign(error, { output }));
    });
  });
}

/** Node 24: this one, or the one that was installed as a package. */
function findNode24() {
  if (majorOf(process.version) >= NODE_OF_THE_PROJECT) return process.execPath;
  const installed = join(modulesDir, `node-${process.platform}-${process.arch}`, 'bin', 'node');
  if (fs.existsSync(installed)) return installed;
  throw new Error(
    `There is no packaged Node ${NODE_OF_THE_PROJECT} for ${process.platform} on ${process.arch}: install Node ${NODE_OF_THE_PROJECT}, then run the command again.`,
  );
}

function runUnderNode24(script, args) {
  return new Promise((resolve, reject) => {
    // Through the channel the script notices when this process is killed, and stops what it started.
    const child = spawn(findNode24(), [script, ...args], { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
    // A Ctrl-C reaches both of us from the terminal; the rest is passed on.
    process.on('SIGINT', () => undefined);
    for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(signal ? 1 : code));
  });
}

// What the scripts share. Only Node's own modules: these run before `npm ci` has.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's top folder. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));
process.chdir(root);

// A shell older than the rustup installation does not know cargo's folder yet.
const cargoBin = join(process.env.CARGO_HOME ?? join(homedir(), '.cargo'), 'bin');
process.env.PATH = [join(root, 'node_modules', '.bin'), process.env.PATH, cargoBin].join(delimiter);

/** A command that failed, or something a person has to install first. */
export class Failure extends Error {}

/** Runs a command with its output on the terminal; throws a Failure when it fails. */
export function run(command, args, { env = {}, cwd = root } = {}) {
  console.log(`\n$ ${[command, ...args].join(' ')}`);
  const { status, error } = spawnSync(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: 'inherit',
  });
  if (status !== 0) throw new Failure(`${command} failed: ${error?.message ?? `exit code ${status}`}`);
}

/** [`run`] without waiting: resolves when the command has ended well, rejects with a Failure else. */
export function start(command, args, { env = {} } = {}) {
  console.log(`\n$ ${[command, ...args].join(' ')}`);
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, env: { ...process.env, ...env }, stdio: ['ignore', 'inherit', 'inherit'] });
    child.on('error', (error) => reject(new Failure(`${command} failed: ${error.message}`)));
    child.on('close', (status) => (status === 0 ? resolve(undefined) : reject(new Failure(`${command} failed: exit code ${status}`))));
  });
}

/** Runs a command, shows its output as it comes and resolves with it: {ok, output}. */
export function capture(command, args, { env = {} } = {}) {
  console.log(`\n$ ${[command, ...args].join(' ')}`);
  return new Promise((resolve) => {
    let output = '';
    const child = spawn(command, args, { cwd: root, env: { ...process.env, ...env } });
    for (const name of /** @type {const} */ (['stdout', 'stderr'])) {
      child[name].setEncoding('utf8').on('data', (text) => {
        output += text;
        process[name].write(text);
      });
    }
    child.on('error', (error) => resolve({ ok: false, output: `${output}\n${error.message}` }));
    child.on('close', (status) => resolve({ ok: status === 0, output }));
  });
}

/** The standard output of a quiet command, or null when it is missing or fails. */
export function ask(command, args) {
  const { status, stdout } = spawnSync(command, args, { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : null;
}

/** Every file below a folder, sorted; a file is itself, a missing path nothing. */
export function filesBelow(path) {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path).sort().flatMap((name) => filesBelow(join(path, name)));
}

/** A hash of some values and of the contents of files and folders. */
export function fingerprint(values, paths) {
  const hash = createHash('sha256').update(JSON.stringify(values));
  for (const file of paths.flatMap(filesBelow)) hash.update(`\0${file}\0`).update(readFileSync(file));
  return hash.digest('hex');
}

/** Does `work` unless the stamp file says it was done for this very fingerprint. */
export async function once(stamp, print, work) {
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === print) return false;
  await work();
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, print);
  return true;
}

/** Runs a script's main function; a Failure is a message, anything else a bug with its trace. */
export async function main(work) {
  try {
    await work();
  } catch (error) {
    console.error(error instanceof Failure ? `\n${error.message}` : error);
    process.exitCode = 1;
  }
}

// Installs what is missing: C linker, Rust toolchain, wasm tools, node modules, Chromium.
import { existsSync, readFileSync } from 'node:fs';
import { ask, Failure, fingerprint, once, run } from './lib.mjs';

/** The CLI's version must equal that of the wasm-bindgen crate in Cargo.toml. */
const WASM_BINDGEN = '0.2.130';
const WASM_PACK = '0.15.1';

/** Installs Debian packages, as root or through sudo. */
function apt(...packages) {
  if (ask('apt-get', ['--version']) === null) {
    throw new Failure(`Please install ${packages.join(' and ')}, then run this again.`);
  }
  const sudo = process.getuid?.() === 0 ? [] : ['sudo'];
  const [command, ...args] = [...sudo, 'apt-get'];
  run(command, [...args, 'update', '-qq']);
  run(command, [...args, 'install', '-y', '-qq', '--no-install-recommends', ...packages]);
}

/** The packages of package-lock.json, when they changed or were never installed. */
export async function nodeModules() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    throw new Failure(`Node 20.19 or newer is needed, this is ${process.versions.node}.`);
  }
  await once('node_modules/.stamp', fingerprint([process.platform], ['package.json', 'package-lock.json']), () =>
    run('npm', ['ci', '--no-audit', '--no-fund']),
  );
}

/** What rust-toolchain.toml names. rustup may be told not to install that by itself. */
export function rust() {
  if (ask('cc', ['--version']) === null) apt('gcc', 'libc6-dev');
  const toml = readFileSync('rust-toolchain.toml', 'utf8');
  const list = (key) => [...(toml.match(new RegExp(`${key} = \\[(.*)\\]`))?.[1] ?? '').matchAll(/"(.+?)"/g)].map((m) => m[1]);
  const channel = toml.match(/channel = "(.+)"/)?.[1] ?? '';
  const components = list('components');
  const targets = list('targets');
  if (ask('rustup', ['--version']) === null) {
    throw new Failure('Rust is missing: install rustup from https://rustup.rs, then run this again.');
  }
  const installed = ask('rustup', ['component', 'list', '--installed', '--toolchain', channel]) ?? '';
  const wanted = [...components, ...targets.map((target) => `rust-std-${target}`)];
  if (installed && wanted.every((part) => installed.includes(part))) return;
  run('rustup', [
    'toolchain', 'install', channel, '--profile', 'minimal', '--no-self-update',
    ...components.flatMap((name) => ['--component', name]),
    ...targets.flatMap((name) => ['--target', name]),
  ]);
}

/** The wasm-bindgen CLI. (`--locked` fails to build for this version.) */
export function wasmBindgen() {
  if (ask('wasm-bindgen', ['--version'])?.endsWith(` ${WASM_BINDGEN}`)) return;
  run('cargo', ['install', 'wasm-bindgen-cli', '--version', WASM_BINDGEN]);
}

export function wasmPack() {
  if (ask('wasm-pack', ['--version'])?.endsWith(` ${WASM_PACK}`)) return;
  run('cargo', ['install', 'wasm-pack', '--version', WASM_PACK]);
}

const CHROMES = ['chromium', 'google-chrome', 'google-chrome-stable', 'chrome'];
const DRIVERS = ['chromedriver', 'chromium.chromedriver'];

/** The path of the first of these programs that is there. */
function find(fromEnvironment, names) {
  if (fromEnvironment && existsSync(fromEnvironment)) return fromEnvironment;
  return names.map((name) => ask('which', [name])).find(Boolean) ?? null;
}

/**
 * A Chromium or Chrome and the driver that belongs to it: {chrome, driver}, both paths.
 * CHROME and CHROMEDRIVER in the environment come first; GitHub's machines name the driver's folder.
 */
export function browser() {
  const { CHROME, CHROMEDRIVER, CHROMEWEBDRIVER } = process.env;
  const look = () => ({
    chrome: find(CHROME, CHROMES),
    driver: find(CHROMEDRIVER ?? (CHROMEWEBDRIVER && `${CHROMEWEBDRIVER}/chromedriver`), DRIVERS),
  });
  const found = look();
  if (found.chrome && found.driver) return found;
  const isDebian = existsSync('/etc/os-release') && /^ID=debian$/m.test(readFileSync('/etc/os-release', 'utf8'));
  if (isDebian) {
    apt('chromium', 'chromium-driver');
    return look();
  }
  throw new Failure(
    'The browser tests need Chromium or Google Chrome and the chromedriver of the same version ' +
      '(https://googlechromelabs.github.io/chrome-for-testing/). Install both, or name them in the ' +
      'environment variables CHROME and CHROMEDRIVER, then run this again.',
  );
}

/** Everything that building needs. */
export async function forBuilding() {
  await nodeModules();
  rust();
  wasmBindgen();
}

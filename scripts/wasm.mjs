// Builds the wasm packages: `node scripts/wasm.mjs [variant…]`, all of them by default.
import { mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { fingerprint, main, once, start } from './lib.mjs';
import { forBuilding } from './setup.mjs';

/** The largest memory the engine may grow to (wasm pages are at most 4 GiB; phones give less). */
const MAX_MEMORY = 2 * 1024 ** 3;

const SIMD = ['+simd128'];
const RELAXED = [...SIMD, '+relaxed-simd'];
const ATOMICS = ['+atomics', '+bulk-memory', '+mutable-globals'];

/**
 * What makes a package small: little is inlined that is not marked so, a panic (whose message
 * nobody would see) is a trap and no more, and std is built for size.
 */
const SMALL = {
  rust: ['-C llvm-args=-inline-threshold=25', '-Z unstable-options', '-C panic=immediate-abort'],
  cargo: ['-Z', 'build-std-features=optimize_for_size'],
};

/** What each package is made of. */
export const VARIANTS = {
  single: { features: 'engine', target: SIMD },
  'single-relaxed': { features: 'engine', target: RELAXED },
  threads: { features: 'engine,threads', target: [...SIMD, ...ATOMICS], threads: true },
  'threads-relaxed': { features: 'engine,threads', target: [...RELAXED, ...ATOMICS], threads: true },
  formats: { features: 'formats', target: SIMD },
};

/**
 * RUSTFLAGS of a variant: they replace what .cargo/config.toml says, so all of them are here.
 * Since nightly 2025-10 `+atomics` alone no longer shares the memory: the link arguments do, and
 * without a maximum the memory could not grow. Tests do without `small`, to see their panics.
 */
export function rustFlags({ target, threads }, { small = false } = {}) {
  const link = ['--max-memory=' + MAX_MEMORY];
  if (threads) {
    link.push('--shared-memory', '--import-memory');
    link.push(...['__wasm_init_tls', '__tls_size', '__tls_align', '__tls_base'].map((name) => `--export=${name}`));
  }
  const features = `-C target-feature=${target.join(',')}`;
  return [features, ...link.map((argument) => `-C link-arg=${argument}`), ...(small ? SMALL.rust : [])].join(' ');
}

/** cargo's arguments that choose a variant's features and std: the one that ships cannot share memory. */
export function cargoArguments({ features, threads }, { small = false } = {}) {
  const std = threads || small ? ['-Z', 'build-std=std,panic_abort'] : [];
  return ['--no-default-features', '--features', features, ...std, ...(small ? SMALL.cargo : [])];
}

/** Features that binaryen must know of; the target's own names, but for SIMD. */
function optimizerFlags({ target }) {
  const names = target.map((feature) => feature.slice(1).replace('simd128', 'simd').replace('atomics', 'threads'));
  const always = ['bulk-memory', 'mutable-globals', 'nontrapping-float-to-int', 'sign-ext', 'reference-types', 'multivalue'];
  return [...new Set([...names, ...always])].map((name) => `--enable-${name}`);
}

const SETTINGS = ['derive', 'Cargo.toml', 'Cargo.lock', 'rust-toolchain.toml', 'scripts/wasm.mjs'];

/** Builds one variant into pkg/<name>. */
const buildVariant = (name) => buildPackage(name, { ...VARIANTS[name], crate: '.', library: 'model_dojo', folder: `pkg/${name}`, sources: ['src', ...SETTINGS], small: true });

/**
 * Builds a crate's library into a folder, unless its sources and flags are those of the last time.
 * @param {string} name @param {any} what
 */
async function buildPackage(name, { crate, library, folder, sources, small = false, ...variant }) {
  const wasm = `${folder}/${library}_bg.wasm`;
  await once(`${folder}/.stamp`, fingerprint(name, sources), async () => {
    const started = Date.now();
    const target = `target/${name}`;
    const place = ['--manifest-path', `${crate}/Cargo.toml`, '--target', 'wasm32-unknown-unknown', '--target-dir', target];
    await start('cargo', ['build', '--lib', '--release', ...place, ...cargoArguments(variant, { small })], {
      env: { RUSTFLAGS: rustFlags(variant, { small }) },
    });
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    await start('wasm-bindgen', [`${target}/wasm32-unknown-unknown/release/${library}.wasm`, '--target', 'web', '--out-dir', folder]);
    // Higher levels take three times as long and give neither speed nor a smaller download.
    await start('wasm-opt', ['-O1', ...optimizerFlags(variant), wasm, '-o', wasm]);
    console.log(`${folder}: built in ${Math.round((Date.now() - started) / 1000)} s`);
  });
  const kilobytes = (bytes) => `${Math.round(bytes / 1000)} kB`;
  console.log(`${folder}: ${kilobytes(statSync(wasm).size)}, gz ${kilobytes(gzipSync(readFileSync(wasm)).length)}`);
}

/** Builds the benchmark's matrix products, which do not ship, into bench/page/kernels. */
export const buildKernels = () =>
  buildPackage('kernels', {
    ...VARIANTS['threads-relaxed'],
    features: 'threads',
    crate: 'bench/kernels',
    library: 'dojo_kernels',
    folder: 'bench/page/kernels',
    sources: ['src/kernels', 'bench/kernels', ...SETTINGS],
  });

/** Builds variants, two at a time: the last stage of each keeps one processor busy. */
export async function buildVariants(names = Object.keys(VARIANTS)) {
  const waiting = [...names];
  const work = async () => {
    for (let name = waiting.shift(); name; name = waiting.shift()) await buildVariant(name);
  };
  await Promise.all([work(), work()]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main(async () => {
    const names = process.argv.slice(2);
    await forBuilding();
    await buildVariants(names.length ? names : undefined);
  });
}

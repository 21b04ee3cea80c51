// @ts-check
/** Picks and loads the build of the engine that this worker can run. */
import { DojoError } from './errors.js';

/** (func (param v128 v128 v128) (result v128) local.get 0 local.get 1 local.get 2 f32x4.relaxed_madd) */
const RELAXED_MADD = new Uint8Array([
  0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00,
  0x01, 0x08, 0x01, 0x60, 0x03, 0x7b, 0x7b, 0x7b, 0x01, 0x7b,
  0x03, 0x02, 0x01, 0x00,
  0x0a, 0x0d, 0x01, 0x0b, 0x00, 0x20, 0x00, 0x20, 0x01, 0x20, 0x02, 0xfd, 0x85, 0x02, 0x0b,
]);

/** Beyond eight threads the batches of a page's models are too small to share. */
const MOST_THREADS = 8;

/** 64 KiB pages that a threaded engine may grow to, where 2 GiB of address space cannot be had. */
const SMALLER_MEMORIES = [16384, 8192];

/**
 * Threads need a shared memory, and helper workers may only come from the page's own origin.
 * @param {{threads?: number, pkg: string, scope?: {crossOriginIsolated?: boolean, origin: string, SharedArrayBuffer?: any, navigator: {hardwareConcurrency?: number}}}} wanted
 * @returns {{name: import('./types').Variant, threads: number}}
 */
export function pickVariant({ threads, pkg, scope = globalThis }) {
  const sharing = Boolean(scope.crossOriginIsolated && scope.SharedArrayBuffer)
    && new URL(pkg).origin === scope.origin;
  const most = threads ?? Math.min(scope.navigator.hardwareConcurrency ?? 1, MOST_THREADS);
  const count = sharing ? Math.max(1, Math.floor(most)) : 1;
  const relaxed = WebAssembly.validate(RELAXED_MADD);
  const name = /** @type {import('./types').Variant} */ (`${count > 1 ? 'threads' : 'single'}${relaxed ? '-relaxed' : ''}`);
  return { name, threads: count };
}

/**
 * Loads `pkg/<name>` and, where it is threaded, its pool.
 * @param {string} pkg address of the folder of builds
 * @param {{name: import('./types').Variant, threads: number}} variant
 * @returns {Promise<import('./types').EngineModule>}
 */
export async function loadVariant(pkg, { name, threads }) {
  const engine = await loadPackage(pkg, name);
  // The worker itself computes too.
  if (threads > 1) await engine.initThreadPool(threads - 1);
  return engine;
}

/**
 * Imports and instantiates one wasm package.
 * @param {string} pkg @param {string} name
 * @returns {Promise<any>}
 */
export async function loadPackage(pkg, name) {
  const url = new URL(`${name}/model_dojo.js`, pkg).href;
  const module_or_path = url.replace(/\.js$/, '_bg.wasm');
  try {
    const module = await import(/* @vite-ignore */ url);
    await init(module.default, module_or_path);
    return module;
  } catch (thrown) {
    throw new DojoError('network', `The engine could not be loaded from ${url}: ${/** @type {Error} */ (thrown).message}`);
  }
}

/** @param {(options: any) => Promise<any>} start @param {string} module_or_path */
async function init(start, module_or_path) {
  for (const maximum of [undefined, ...SMALLER_MEMORIES]) {
    try {
      const memory = maximum && new WebAssembly.Memory({ initial: 256, maximum, shared: true });
      return await start({ module_or_path, memory });
    } catch (thrown) {
      // A RangeError says that the address space for the memory cannot be had.
      if (!(thrown instanceof RangeError) || maximum === SMALLER_MEMORIES.at(-1)) throw thrown;
    }
  }
}

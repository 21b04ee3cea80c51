// @ts-check
/** A worker with its session, seen from the page: started once, gone when it is lost or closed. */
import { DojoError } from './errors.js';
import { connect } from './rpc.js';
import workerUrl from './worker.js?worker&url';

const LEVELS_UP = import.meta.env.DEV ? '../../' : '../';

/** The folder that holds pkg/ and data/: sources lie two levels below it, built modules one. */
export const home = new URL(LEVELS_UP, import.meta.url);

export class Engine {
  /** @type {import('./types').Listener | undefined} */
  listener;
  /** @type {DojoError | undefined} why it is gone */
  lost;

  /** @param {{threads?: number, base?: string | URL}} options */
  static async start({ threads, base }) {
    const engine = new Engine();
    const pkg = new URL('pkg/', base ? new URL(base, document.baseURI) : home);
    engine.info = await engine.call('start', [{ pkg: pkg.href, threads }])
      .catch((/** @type {DojoError} */ error) => { engine.close(error); throw error; })
      .finally(() => URL.revokeObjectURL(engine.address));
    return engine;
  }

  constructor() {
    const url = new URL(workerUrl, import.meta.url);
    this.address = ownAddress(url);
    this.worker = new Worker(this.address, { type: 'module', name: 'model-dojo' });
    this.worker.addEventListener('error', (event) => this.close(new DojoError(
      this.info ? 'engine_lost' : 'network',
      `The engine's worker failed: ${event.message || `${url.href} could not be loaded`}.`,
    )));
    this.rpc = connect(this.worker, {
      event: (event) => this.listener?.event(event),
      hooks: (ask) => this.listener?.ask(ask),
    });
    /** @type {import('./types').EngineInfo | undefined} */
    this.info = undefined;
  }

  /**
   * @param {string} method @param {any[]} args @param {Transferable[]} [transfer]
   * @returns {Promise<any>}
   */
  async call(method, args, transfer) {
    try {
      return await this.rpc.call(method, args, transfer);
    } catch (thrown) {
      const error = /** @type {DojoError} */ (thrown);
      if (error.code === 'engine_lost') this.close(error);
      throw error;
    }
  }

  /** @param {string} method of the session @param {any[]} args */
  session(method, ...args) {
    return this.call('session', [method, ...args]);
  }

  /** Ends the worker and its pool; all open calls reject. @param {DojoError} error */
  close(error) {
    this.lost ??= error;
    this.worker.terminate();
    this.rpc.close(error);
  }
}

/**
 * A worker may only come from the page's own origin: one from elsewhere is imported by a Blob, and
 * by a data address in a sandboxed frame, which has no origin that a Blob's module could be of.
 * @param {URL} url
 */
function ownAddress(url) {
  if (url.origin === globalThis.origin) return url.href;
  const code = `import ${JSON.stringify(url.href)};`;
  return globalThis.origin === 'null'
    ? `data:text/javascript,${encodeURIComponent(code)}`
    : URL.createObjectURL(new Blob([code], { type: 'text/javascript' }));
}

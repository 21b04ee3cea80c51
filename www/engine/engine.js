// @ts-check
/** A worker with its session, seen from the page: started once, gone when it is lost or closed. */
import { DojoError } from './errors.js';
import { connect } from './rpc.js';
import workerUrl from './worker.js?worker&url';

/** From this module to the folder that holds pkg/: sources lie two levels below it, built files one. */
const HOME = import.meta.env.DEV ? '../../' : '../';

export class Engine {
  /** @type {import('./types').Listener | undefined} */
  listener;
  /** @type {DojoError | undefined} why it is gone */
  lost;

  /** @param {{threads?: number, base?: string | URL}} options */
  static async start({ threads, base }) {
    const engine = new Engine();
    const home = new URL(base ?? HOME, import.meta.url);
    engine.info = await engine.call('start', [{ pkg: new URL('pkg/', home).href, threads }])
      .catch((/** @type {DojoError} */ error) => { engine.close(error); throw error; })
      .finally(() => URL.revokeObjectURL(engine.blob));
    return engine;
  }

  constructor() {
    const url = new URL(workerUrl, import.meta.url);
    // A worker may only come from the page's own origin; one from elsewhere is imported by a Blob.
    const foreign = url.origin !== globalThis.origin;
    this.blob = foreign ? URL.createObjectURL(new Blob([`import ${JSON.stringify(url.href)};`], { type: 'text/javascript' })) : '';
    this.worker = new Worker(foreign ? this.blob : url, { type: 'module', name: 'model-dojo' });
    this.worker.addEventListener('error', (event) => this.close(new DojoError(
      this.info ? 'engine_lost' : 'network',
      `The engine's worker failed: ${event.message || `${url.href} could not be loaded`}.`,
    )));
    this.rpc = connect(this.worker, {
      event: (event) => this.listener?.event(event),
      hooks: (name, args) => this.listener?.ask(name, args),
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

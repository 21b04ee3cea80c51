// @ts-check
/** A model in the engine, with Keras' verbs. */
import { toWire } from './arrays.js';
import { DojoError } from './errors.js';
import { compileOptions, fitRequest, runRequest } from './options.js';

export class Model {
  #engine;
  #id;
  #disposed = false;
  /** @type {Promise<unknown> | undefined} the fit that runs now */
  #fit;

  /**
   * @param {import('./engine.js').Engine} engine @param {number} id
   * @param {{keras_version?: string, date_saved?: string}} [metadata] of the file it came from
   */
  constructor(engine, id, metadata = {}) {
    this.#engine = engine;
    this.#id = id;
    this.metadata = metadata;
  }

  /** @param {string} method of the session, called with this model @param {any[]} args @param {Transferable[]} [transfer] */
  #call(method, args = [], transfer = []) {
    return this.#live().call('session', [method, this.#id, ...args], transfer);
  }

  #live() {
    if (this.#disposed) throw new DojoError('bad_data', 'This model was disposed of: load it again.');
    return this.#engine;
  }

  /**
   * Each option is a Keras name, `{class_name, config}`, a list, or an object with one per output.
   * @param {{optimizer?: any, loss?: any, metrics?: any, lossWeights?: any, weightedMetrics?: any}} options
   * @returns {Promise<void>}
   */
  async compile(options) {
    await this.#call('compile', [compileOptions(options)]);
  }

  /**
   * Trains. A hook that returns 'stop' (or a promise of it) ends training, and so does the signal;
   * both resolve with the history so far. A second fit meanwhile rejects with `busy`.
   * @param {import('./types').Input} x @param {import('./types').Input | null} [y]
   * @param {import('./types').FitOptions} [options]
   * @returns {Promise<import('./types').FitResult>}
   */
  async fit(x, y, options = {}) {
    const engine = this.#live();
    if (engine.listener) throw new DojoError('busy', 'This engine is training already: stop that fit or wait for its end.');
    const { listeners, hooks, transfer, ...request } = fitRequest(x, y, options);
    const { signal, onEvent } = options;
    if (signal?.aborted) return { epoch: [], history: {}, stopped: 'user', restoredEpoch: null, bestEpoch: null };
    /** @type {{error?: unknown}} */
    const failure = {};
    engine.listener = {
      event: (event) => onEvent?.(event),
      ask: (name, args) => askListeners(listeners, name, args, failure),
    };
    const abort = () => void this.stop().catch(() => {});
    signal?.addEventListener('abort', abort);
    try {
      const running = engine.call('fit', [this.#id, request.x, request.y, request.options, hooks], transfer);
      this.#fit = running.catch(() => {});
      const { type, ...result } = await running;
      if ('error' in failure) throw failure.error;
      return result;
    } finally {
      engine.listener = this.#fit = undefined;
      signal?.removeEventListener('abort', abort);
    }
  }

  /**
   * Throws what `fit` would refuse of its options. It does train, in one go and unseen: for a few rows and a model
   * that is not needed afterwards.
   * @param {import('./types').Input} x @param {import('./types').Input | null} [y]
   * @param {import('./types').FitOptions} [options]
   */
  async check(x, y, options = {}) {
    const request = fitRequest(x, y, options);
    const engine = this.#live();
    const fit = await this.#call('fit', [request.x, request.y, request.options], request.transfer);
    try {
      await engine.session('fit_run', fit, 100, false);
    } finally {
      await engine.session('fit_drop', fit);
    }
  }

  /** Holds training after the step it is at. */
  async pause() {
    if (this.#fit) await this.#engine.call('pause', []);
  }

  /** Goes on after a pause. */
  async resume() {
    if (this.#fit) await this.#engine.call('resume', []);
  }

  /** Ends training after the step it is at; `fit` resolves with the history so far. */
  async stop() {
    if (this.#fit) await this.#engine.call('stop', []);
  }

  /**
   * Loss and metrics over all rows.
   * @param {import('./types').Input} x @param {import('./types').Input | null} [y]
   * @param {{batchSize?: number, sampleWeight?: import('./types').Input}} [options]
   * @returns {Promise<Record<string, number>>}
   */
  async evaluate(x, y, options = {}) {
    const request = runRequest(x, y, options, 'evaluate');
    return this.#call('evaluate', [request.x, request.y, request.options], request.transfer);
  }

  /**
   * Outputs for x: an array, or a list in output order.
   * @param {import('./types').Input} x @param {{batchSize?: number}} [options]
   * @returns {Promise<any>}
   */
  async predict(x, options = {}) {
    const request = runRequest(x, undefined, options, 'predict');
    return this.#call('predict', [request.x, request.options], request.transfer);
  }

  /** Keras' text. @returns {Promise<string>} */
  async summary() {
    return this.#call('summary');
  }

  /** Weights in Keras' order. @returns {Promise<import('./types').Weight[]>} */
  async getWeights() {
    return this.#call('get_weights');
  }

  /** @param {import('./types').DojoArray[]} weights in Keras' order @returns {Promise<void>} */
  async setWeights(weights) {
    /** @type {Transferable[]} */
    const transfer = [];
    await this.#call('set_weights', [toWire(weights, 'weights', transfer)], transfer);
  }

  /** Keras JSON: class_name, config and compile_config. @returns {Promise<any>} */
  async config() {
    return JSON.parse(await this.#call('model_config'));
  }

  /**
   * The bytes of a `.keras` file.
   * @param {'keras'} format
   * @returns {Promise<Uint8Array>}
   */
  async save(format = 'keras') {
    if (format !== 'keras') {
      throw new DojoError('unsupported_option', `save("${format}") is not possible in this version; save("keras") is.`);
    }
    return this.#live().call('writeModel', [this.#id]);
  }

  /** Stops its training and frees all it holds in the engine. */
  async dispose() {
    if (this.#disposed) return;
    await this.stop();
    await this.#fit;
    await this.#call('drop_model');
    this.#disposed = true;
  }
}

/**
 * Asks all hooks of a name, one after the other. One that throws ends training, and its error becomes the fit's.
 * @param {Record<string, any>[]} listeners @param {string} name @param {any[]} args @param {{error?: unknown}} failure
 * @returns {Promise<boolean>} whether training is to stop
 */
async function askListeners(listeners, name, args, failure) {
  let stop = false;
  try {
    for (const listener of listeners) if (await listener[name]?.(...args) === 'stop') stop = true;
  } catch (error) {
    failure.error = error;
    stop = true;
  }
  return stop;
}

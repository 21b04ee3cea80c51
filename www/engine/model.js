// @ts-check
/** A model in the engine, with Keras' verbs. */
import { toBytes, toWire } from './arrays.js';
import { DojoError } from './errors.js';
import { compileOptions, fitRequest, pythonOptions, runRequest } from './options.js';
import { RunFiles } from './run-files.js';

export class Model {
  #engine;
  #id;
  #disposed = false;
  /** @type {Promise<unknown> | undefined} the fit that runs now */
  #fit;
  /** Whether the learning rates set so far were taken. @type {Promise<void>} */
  #rate = Promise.resolve();

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
   * Lets a layer learn from data for it, as Keras' `layer.adapt`: Normalization, Discretization,
   * StringLookup, IntegerLookup, TextVectorization. Before the model is trained.
   * @param {string} layer its name @param {import('./types').Input} data
   * @returns {Promise<void>}
   */
  async adapt(layer, data) {
    /** @type {Transferable[]} */
    const transfer = [];
    await this.#call('adapt', [layer, toWire(data, 'data', transfer)], transfer);
  }

  /**
   * Trains. A hook that returns 'stop' (or a promise of it) ends training as Keras' `stop_training`
   * does: after the batch or epoch it is at. The signal ends it at once. Both resolve with the
   * history so far. A second fit meanwhile rejects with `busy`.
   * @param {import('./types').Input} x @param {import('./types').Input | null} [y]
   * @param {import('./types').FitOptions} [options]
   * @returns {Promise<import('./types').FitResult>}
   */
  async fit(x, y, options = {}) {
    const engine = this.#live();
    if (engine.listener) throw new DojoError('busy', 'This engine is training already: stop that fit or wait for its end.');
    const { asked, transfer, ...request } = fitRequest(x, y, options);
    const { signal, onEvent, onFile, onText } = options;
    if (signal?.aborted) return { epoch: [], history: {}, stopped: 'user', restoredEpoch: null, bestEpoch: null, files: [] };
    const files = new RunFiles((state) => engine.call('writeState', [state]), onFile);
    /** @type {{error?: unknown}} */
    const failure = {};
    engine.listener = {
      event(event) {
        files.hear(event);
        if (event.type === 'text') onText?.(event.text);
        onEvent?.(event);
      },
      ask: (question) => this.#ask(question, asked, onText, failure),
    };
    const abort = () => void this.stop().catch(() => {});
    signal?.addEventListener('abort', abort);
    try {
      const running = engine.call('fit', [this.#id, request.x, request.y, request.options], transfer);
      this.#fit = running.catch(() => {});
      const { type, ...result } = await running;
      if ('error' in failure) throw failure.error;
      return { ...result, files: files.list };
    } finally {
      engine.listener = this.#fit = undefined;
      signal?.removeEventListener('abort', abort);
    }
  }

  /**
   * Runs the page's function at a hook. One that throws ends training, and its error becomes the fit's.
   * @param {import('./types').Ask} question @param {Map<number, import('./callbacks.js').Asked>} asked
   * @param {((text: string) => void) | undefined} print @param {{error?: unknown}} failure
   * @returns {Promise<import('./types').Answer>}
   */
  async #ask({ callback, hook, index, logs }, asked, print, failure) {
    if ('error' in failure) return { stop: true, logs: null };
    try {
      const before = Object.entries(logs);
      const stop = await asked.get(callback)?.asks(hook, this, index === null ? [logs] : [index, logs], (text) => print?.(text));
      await this.#settled();
      const after = Object.entries(logs);
      const wrong = after.find(([, value]) => typeof value !== 'number');
      if (wrong) throw new DojoError('bad_data', `A hook set logs.${wrong[0]} to ${wrong[1]}; logs are numbers.`);
      const same = after.length === before.length && after.every(([key, value], i) => key === before[i][0] && Object.is(value, before[i][1]));
      return { stop: Boolean(stop), logs: same ? null : logs };
    } catch (error) {
      failure.error = error;
      await this.stop();
      return { stop: true, logs: null };
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
   * The learning rate of the next step, for reading: `await model.learningRate`.
   * @returns {Promise<number>}
   */
  get learningRate() {
    return this.#settled().then(() => this.#call('learning_rate'));
  }

  /**
   * Sets it from now on, while training too. Where it cannot be set (the optimizer has a schedule),
   * the fit, or whoever reads it next, gets the error. @param {number} rate
   */
  set learningRate(rate) {
    this.#rate = this.setLearningRate(rate);
    this.#rate.catch(() => {});
  }

  /** @param {number} rate @returns {Promise<void>} */
  async setLearningRate(rate) {
    await this.#call('set_learning_rate', [rate]);
  }

  /** Waits for the learning rates that were set, once. */
  #settled() {
    const rate = this.#rate;
    this.#rate = Promise.resolve();
    return rate;
  }

  /**
   * Puts back the weights and the optimizer's state of a checkpoint that a fit of this model made.
   * @param {import('./run-files.js').RunFile} file @returns {Promise<void>}
   */
  async restore(file) {
    if (!file?.state) throw new DojoError('bad_data', `${file?.path ?? 'This'} is no checkpoint; restore takes a file of kind checkpoint, weights or backup.`);
    await this.#call('set_state', [file.state.weights]);
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
   * Takes the weights of a file, as Keras' `load_weights`: `.weights.h5`, safetensors, and those in `.h5` and
   * `.keras`. The optimizer's state is set, too, where a file of Keras 3 holds it.
   * @param {ArrayBuffer | ArrayBufferView | Blob} bytes
   * @returns {Promise<void>}
   */
  async loadWeights(bytes) {
    const file = await toBytes(bytes);
    await this.#live().call('readWeights', [this.#id, file], [/** @type {ArrayBuffer} */ (file.buffer)]);
  }

  /**
   * The bytes of a file, or a Python program that builds and trains the model with Keras. A `.keras` file holds all
   * of a model; `.h5`, Keras' format of old, all but vocabularies. `weights.h5` (for Keras' `load_weights`, with the
   * optimizer's state) and safetensors (by name, `dense/kernel`) hold weights alone.
   * @template {import('./types').ModelFormat | 'python'} F
   * @param {F} [format]
   * @param {F extends 'python' ? import('./types').PythonOptions : {}} [options]
   * @returns {Promise<F extends 'python' ? string : Uint8Array>}
   */
  async save(format, options) {
    if (format === 'python') return this.#call('python', [pythonOptions(options ?? {})]);
    return this.#live().call('writeModel', [this.#id, format ?? 'keras']);
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

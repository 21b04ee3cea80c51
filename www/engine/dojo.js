// @ts-check
/** The engine's public face, for the studio and for any page: `Dojo.start()`, data, models. */
import { setLanguage } from '../i18n/index.js';
import { Selection, toBytes, toWire } from './arrays.js';
import { CALLBACKS } from './callbacks.js';
import { DataSet, Prepared } from './data.js';
import { Engine } from './engine.js';
import { DojoError } from './errors.js';
import { Model } from './model.js';
import { modelSource } from './source.js';

export { DataSet, DojoError, Model, Prepared, Selection };

export class Dojo {
  /** Names of the callbacks that `fit` takes as `{class_name, config}`. */
  static callbacks = CALLBACKS;
  #options;
  /** @type {Promise<Engine>} */
  #engine;

  /**
   * Starts the engine in a worker of its own.
   * @param {object} [options]
   * @param {number} [options.threads] default: the processor's, at most 8; one on a page that is not isolated
   * @param {string} [options.lang] language of what the page's elements show: en or ja
   * @param {string | URL} [options.base] folder that holds `pkg/`, where it does not lie beside this module's
   */
  static async start(options = {}) {
    if (options.lang) setLanguage(options.lang.startsWith('ja') ? 'ja' : 'en', { remember: false });
    const dojo = new Dojo(options);
    dojo.info = (await dojo.#engine).info;
    return dojo;
  }

  /** @private @param {{threads?: number, lang?: string, base?: string | URL}} options */
  constructor(options) {
    this.#options = options;
    this.#engine = Engine.start(options);
    /** @type {import('./types').EngineInfo | undefined} threads, simd, isolated, version */
    this.info = undefined;
  }

  /**
   * The running engine; a lost one is replaced. What lived in the lost one rejects with `engine_lost`.
   * @returns {Promise<Engine>}
   */
  async engine() {
    const was = this.#engine;
    const current = await was.catch(() => undefined);
    // Of several calls that find it lost, the first replaces it.
    if ((!current || current.lost) && !this.closed && this.#engine === was) this.#engine = Engine.start(this.#options);
    const engine = await this.#engine;
    this.info = engine.info;
    return engine;
  }

  /** Ends the engine; open calls reject. */
  async close() {
    this.closed = true;
    (await this.#engine).close(new DojoError('engine_lost', 'This Dojo is closed. Dojo.start() gives a new one.'));
  }

  /** Bytes that the engine's memory takes; it never shrinks. @returns {Promise<number>} */
  async memory() {
    return (await (await this.engine()).session('info')).memory;
  }

  /**
   * Reads a data file and keeps it in the engine under `name`.
   * @param {string} name
   * @param {ArrayBuffer | ArrayBufferView | Blob} bytes copied unless `options.transfer`
   * @param {Record<string, any> & {transfer?: boolean}} [options] how to read it
   * @returns {Promise<DataSet & import('./types').DataInfo>}
   */
  async loadData(name, bytes, { transfer = false, ...options } = {}) {
    const file = await toBytes(bytes, { transfer });
    const engine = await this.engine();
    return DataSet.of(engine, name, await engine.call('session', ['load_data', name, file, options], [file.buffer]));
  }

  /**
   * Runs a recipe on loaded data: columns, cleaning, split, encoding fitted on the training rows.
   * @param {object} recipe names its sources as they were loaded
   */
  async prepare(recipe) {
    const engine = await this.engine();
    return Prepared.of(engine, await engine.session('prepare', recipe));
  }

  /**
   * Layers with their output shapes and parameter counts, and the first fault if there is one.
   * @param {object | string} config Keras JSON @param {(number | null)[] | null} [inputShape]
   * @returns {Promise<import('./types').Inspection>}
   */
  async inspect(config, inputShape = null) {
    return (await this.engine()).session('inspect', typeof config === 'string' ? config : JSON.stringify(config), inputShape);
  }

  /**
   * @param {import('./types').ModelSource} source bytes of a `.keras` or `.h5` file, Keras JSON, `{filename: bytes}` or an address
   * @param {{seed?: number}} [options] seed of the initial weights and of all that is random in this model
   * @returns {Promise<Model>} compiled already where the source has a compile_config
   */
  async loadModel(source, { seed = 0 } = {}) {
    const given = await modelSource(source);
    const engine = await this.engine();
    if ('json' in given) return new Model(engine, await engine.session('create_model', given.json, seed));
    const { id, metadata } = await engine.call('readModel', [given.file, seed], [/** @type {ArrayBuffer} */ (given.file.buffer)]);
    return new Model(engine, id, metadata);
  }

  /**
   * Keeps an array in the engine, for several fits.
   * @param {import('./types').DojoArray} array
   * @returns {Promise<import('./types').Ref & {drop: () => Promise<void>}>}
   */
  async addArray(array) {
    /** @type {Transferable[]} */
    const transfer = [];
    const sent = toWire(array, 'array', transfer);
    const engine = await this.engine();
    const id = await engine.call('session', ['add_array', sent], transfer);
    return { id, drop: () => engine.session('drop_array', id) };
  }
}

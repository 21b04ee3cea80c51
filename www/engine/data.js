// @ts-check
/** Data that lies in the engine: loaded files and what a recipe made of them. */
import { Selection } from './arrays.js';

/** A loaded file. Its description (`kind`, `rows`, `columns`, `shape`, `warnings` …) are its properties. */
export class DataSet {
  #engine;

  /** @param {import('./engine.js').Engine} engine @param {string} name */
  constructor(engine, name) {
    this.#engine = engine;
    this.name = name;
  }

  /**
   * @param {import('./engine.js').Engine} engine @param {string} name @param {import('./types').DataInfo} info
   * @returns {DataSet & import('./types').DataInfo}
   */
  static of(engine, name, info) {
    return Object.assign(new DataSet(engine, name), info, { name });
  }

  /**
   * Columns as x, y and weight for `fit`, `evaluate` and `predict`; they stay in the engine until `drop()`.
   * @param {{features?: string | string[], label?: string | string[], weight?: string}} columns
   * @returns {Promise<Selection & {drop: () => Promise<void>}>}
   */
  async select(columns) {
    const engine = this.#engine;
    const { x, y, weight, ...shapes } = await engine.session('select', this.name, columns);
    /** @param {number | undefined} id */
    const ref = (id) => (id === undefined || id === null ? undefined : { id });
    const drop = async () => {
      for (const id of [x, y, weight]) if (id !== undefined) await engine.session('drop_array', id);
    };
    return Object.assign(new Selection({ x: { id: x }, y: ref(y), weight: ref(weight) }), shapes, { drop });
  }

  /** Raw rows, to show. @param {number} start @param {number} count @returns {Promise<any[][]>} */
  readRows(start, count) {
    return this.#engine.session('data_rows', this.name, start, count);
  }

  /** One raw sample, such as an image's pixels. @param {number} row @returns {Promise<import('./types').DojoArray>} */
  sample(row) {
    return this.#engine.session('data_sample', this.name, row);
  }

  /** Frees it in the engine. @returns {Promise<void>} */
  drop() {
    return this.#engine.session('drop_data', this.name);
  }
}

/** Training and test part that a recipe made. `inputShape`, `task`, `classes` … are its properties. */
export class Prepared {
  #engine;

  /** @param {import('./engine.js').Engine} engine @param {import('./types').PreparedInfo} info */
  constructor(engine, { id, trainCount, testCount }) {
    this.#engine = engine;
    this.id = id;
    const part = (/** @type {'train' | 'test'} */ name, /** @type {number} */ count) => new Selection({
      x: { prepared: id, part: name, role: 'x' }, y: { prepared: id, part: name, role: 'y' }, count,
    });
    this.train = part('train', trainCount);
    this.test = part('test', testCount);
  }

  /**
   * @param {import('./engine.js').Engine} engine @param {import('./types').PreparedInfo} info
   * @returns {Prepared & import('./types').PreparedInfo}
   */
  static of(engine, info) {
    return Object.assign(new Prepared(engine, info), info);
  }

  /** Numbers of the source's rows in a part. @param {'train' | 'test'} part @returns {Promise<Uint32Array>} */
  rows(part) {
    return this.#engine.session('prepared_rows', this.id, part);
  }

  /** The fitted steps on one new raw row. @param {any} row @returns {Promise<import('./types').DojoArray>} */
  apply(row) {
    return this.#engine.session('apply', this.id, row);
  }

  /** Frees it in the engine. @returns {Promise<void>} */
  drop() {
    return this.#engine.session('drop_array', this.id);
  }
}

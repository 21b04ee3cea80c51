// @ts-check
/**
 * The workloads, as plain data: what each system builds and on what it trains.
 *
 * @typedef {{kind: 'dense', units: number, activation?: string} | {kind: 'embedding', words: number, units: number}
 *   | {kind: 'conv', filters: number} | {kind: 'average' | 'pool' | 'flatten'}} Layer
 *
 * @typedef {object} Workload
 * @property {Layer[]} layers
 * @property {number[]} shape of a sample
 * @property {boolean} [integers] samples are whole numbers
 * @property {'adam' | 'rmsprop'} optimizer
 * @property {'classes' | 'binary' | 'numbers'} loss
 * @property {number} batch
 * @property {number} rows
 * @property {boolean} [perEpoch] it is timed by the epoch, not by the step
 * @property {number} [validation] rows evaluated after each epoch
 * @property {(rows: number) => Float32Array | Int32Array} x
 * @property {(rows: number) => Float32Array | Int32Array} y
 *
 * @typedef {object} Inference
 * @property {import('./networks.js').Node[]} network
 * @property {number[]} shape of an image
 * @property {number} batch
 * @property {number} rows
 * @property {(rows: number) => Float32Array} x
 */
import { efficientNetLite0, mobileNetV2 } from './networks.js';

/** Numbers in [0, 1) that every run draws alike (mulberry32). @param {number} seed */
export function generator(seed) {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** @param {number} count @param {number} seed */
const uniform = (count, seed) => {
  const next = generator(seed);
  return Float32Array.from({ length: count }, next);
};
/** @param {number} count @param {number} limit @param {number} seed */
const below = (count, limit, seed) => {
  const next = generator(seed);
  return Int32Array.from({ length: count }, () => Math.floor(next() * limit));
};

/** Rows with a one for each of about 230 word numbers: about 2 % ones. @param {number} rows @param {number} columns @param {number} seed */
function multiHot(rows, columns, seed) {
  const next = generator(seed);
  const data = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    // Frequent words come first, as in texts.
    for (let i = 0; i < 230; i++) data[row * columns + Math.floor(columns * next() ** 2)] = 1;
  }
  return data;
}

/** @param {number} units @param {string} [activation] @returns {Layer} */
const dense = (units, activation) => ({ kind: 'dense', units, activation });
/** @param {number} units @returns {Workload} */
const words = (units) => ({
  layers: [dense(units, 'relu'), dense(units, 'relu'), dense(1, 'sigmoid')],
  shape: [10000],
  optimizer: 'adam',
  loss: 'binary',
  batch: 512,
  rows: 2048,
  x: (rows) => multiHot(rows, 10000, 5),
  y: (rows) => below(rows, 2, 6),
});

/** @type {Record<'W1' | 'W2' | 'W3' | 'W4base' | 'W4bigger' | 'W5', Workload>} */
export const WORKLOADS = {
  W1: {
    layers: [dense(128, 'relu'), dense(10, 'softmax')],
    shape: [784],
    optimizer: 'adam',
    loss: 'classes',
    batch: 32,
    rows: 3200,
    x: (rows) => uniform(rows * 784, 1),
    y: (rows) => below(rows, 10, 2),
  },
  W2: {
    layers: [{ kind: 'embedding', words: 10000, units: 16 }, { kind: 'average' }, dense(16, 'relu'), dense(1, 'sigmoid')],
    shape: [256],
    integers: true,
    optimizer: 'adam',
    loss: 'binary',
    batch: 512,
    rows: 4096,
    x: (rows) => below(rows * 256, 10000, 3),
    y: (rows) => below(rows, 2, 4),
  },
  W3: {
    layers: [dense(64, 'relu'), dense(64, 'relu'), dense(1)],
    shape: [9],
    optimizer: 'rmsprop',
    loss: 'numbers',
    batch: 32,
    rows: 251,
    validation: 63,
    perEpoch: true,
    x: (rows) => uniform(rows * 9, 7),
    y: (rows) => uniform(rows, 8),
  },
  W4base: words(16),
  W4bigger: words(512),
  W5: {
    layers: [
      { kind: 'conv', filters: 32 }, { kind: 'pool' }, { kind: 'conv', filters: 64 }, { kind: 'pool' },
      { kind: 'flatten' }, dense(64, 'relu'), dense(10, 'softmax'),
    ],
    shape: [28, 28, 1],
    optimizer: 'adam',
    loss: 'classes',
    batch: 32,
    rows: 320,
    x: (rows) => uniform(rows * 784, 9),
    y: (rows) => below(rows, 10, 10),
  },
};

/** Images through a network: an epoch is all of them once. @type {Record<'MobileNetV2' | 'EfficientNetLite0', Inference>} */
export const INFERENCE = {
  MobileNetV2: { network: mobileNetV2(), shape: [224, 224, 3], batch: 1, rows: 4, x: (rows) => uniform(rows * 224 * 224 * 3, 11) },
  EfficientNetLite0: { network: efficientNetLite0(), shape: [96, 96, 3], batch: 32, rows: 64, x: (rows) => uniform(rows * 96 * 96 * 3, 12) },
};

/** Steps of an epoch. @param {Pick<Workload, 'rows' | 'batch'>} workload */
export const steps = ({ rows, batch }) => Math.ceil(rows / batch);

/** What an epoch's time is divided by: its images, itself or its steps. @param {Workload | Inference} workload */
export function units(workload) {
  if ('network' in workload) return workload.rows;
  return workload.perEpoch ? 1 : steps(workload);
}

/** Milliseconds per step (epoch, image) for an epoch that took `ms`. @param {Workload | Inference} workload @param {number} ms */
export const perUnit = (workload, ms) => ms / units(workload);

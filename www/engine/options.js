// @ts-check
/** Options in JavaScript's names (camelCase) to Keras' names (snake_case), and callbacks to hooks. */
import { Selection, toWire } from './arrays.js';
import { DojoError } from './errors.js';

const COMPILE = ['optimizer', 'loss', 'metrics', 'lossWeights', 'weightedMetrics'];
const RUN = ['batchSize', 'sampleWeight'];
const FIT = [
  ...RUN, 'epochs', 'validationSplit', 'validationData', 'validationBatchSize', 'validationFreq', 'classWeight',
  'shuffle', 'initialEpoch', 'stepsPerEpoch', 'seed',
];

/** What training asks a page's callbacks, in this order. */
export const HOOKS = ['onTrainBegin', 'onEpochBegin', 'onBatchEnd', 'onEpochEnd', 'onTrainEnd'];
const FIT_OWN = ['callbacks', 'signal', 'onEvent', ...HOOKS];

/**
 * Renames the known options; undefined ones are left out.
 * @param {Record<string, any>} options @param {string[]} known @param {string} where
 * @returns {Record<string, any>}
 */
function toKeras(options, known, where) {
  /** @type {Record<string, any>} */
  const renamed = {};
  for (const [name, value] of Object.entries(options)) {
    if (!known.includes(name)) {
      throw new DojoError('unsupported_option', `${where}: unknown option "${name}"; there are ${known.join(', ')}.`);
    }
    if (typeof value === 'function') {
      throw new DojoError('unsupported_option', `${where}: "${name}" is a function; give its Keras name or {class_name, config}.`);
    }
    if (value !== undefined && value !== null) renamed[name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`)] = value;
  }
  return renamed;
}

/** @param {Record<string, any>} options */
export const compileOptions = (options) => toKeras(options, COMPILE, 'compile');

/**
 * x, y and options of `evaluate` or `predict` for the worker.
 * @param {any} x @param {any} y @param {Record<string, any>} options @param {string} where
 */
export function runRequest(x, y, options, where) {
  const [inputs, labels, weight] = pick(x, y, options.sampleWeight);
  /** @type {Transferable[]} */
  const transfer = [];
  const sent = toKeras({ ...options, sampleWeight: toWire(weight, 'sampleWeight', transfer) }, RUN, where);
  return { x: toWire(inputs, 'x', transfer), y: toWire(labels, 'y', transfer), options: sent, transfer };
}

/**
 * x, y, options and hooks of a fit.
 * @param {any} x @param {any} y @param {Record<string, any>} options
 */
export function fitRequest(x, y, options) {
  const [inputs, labels, weight] = pick(x, y, options.sampleWeight);
  const { own, rest } = split(options, FIT_OWN);
  /** @type {Transferable[]} */
  const transfer = [];
  const { configs, listeners } = splitCallbacks(own);
  const sent = toKeras({
    ...rest,
    sampleWeight: toWire(weight, 'sampleWeight', transfer),
    validationData: validationToWire(rest.validationData, transfer),
  }, FIT, 'fit');
  return {
    x: toWire(inputs, 'x', transfer),
    y: toWire(labels, 'y', transfer),
    options: { ...sent, callbacks: configs },
    listeners,
    hooks: HOOKS.filter((hook) => listeners.some((listener) => typeof listener[hook] === 'function')),
    transfer,
  };
}

/** @param {any} x @param {any} y @param {any} weight */
const pick = (x, y, weight) => (x instanceof Selection ? [x.x, y ?? x.y, weight ?? x.weight] : [x, y, weight]);

/** @param {Record<string, any>} options @param {string[]} names */
function split(options, names) {
  const entries = Object.entries(options);
  return {
    own: Object.fromEntries(entries.filter(([name]) => names.includes(name))),
    rest: Object.fromEntries(entries.filter(([name]) => !names.includes(name))),
  };
}

/**
 * Keras' `(x_val, y_val)` or `(x_val, y_val, weight)`.
 * @param {any} value a list of two or three, or a selection @param {Transferable[]} transfer
 */
function validationToWire(value, transfer) {
  if (value === undefined || value === null) return undefined;
  const parts = value instanceof Selection ? pick(value, undefined, undefined) : value;
  if (!Array.isArray(parts) || parts.length < 2 || parts.length > 3) {
    throw new DojoError('bad_data', 'validationData is [x, y], [x, y, sampleWeight] or a selection.');
  }
  return parts.map((part, i) => toWire(part, `validationData[${i}]`, transfer)).filter((part) => part !== undefined);
}

/**
 * Keras' callbacks run in the engine; objects with hooks run in the page, those of `fit` itself last.
 * @param {Record<string, any>} own
 * @returns {{configs: {class_name: string, config: object}[], listeners: Record<string, any>[]}}
 */
function splitCallbacks(own) {
  const callbacks = own.callbacks ?? [];
  const configs = callbacks.filter((/** @type {any} */ callback) => typeof callback?.class_name === 'string')
    .map((/** @type {any} */ { class_name, config = {} }) => ({ class_name, config }));
  const objects = callbacks.filter((/** @type {any} */ callback) => typeof callback?.class_name !== 'string');
  for (const callback of objects) {
    const unknown = Object.keys(callback ?? {}).filter((name) => /^on[A-Z]/.test(name) && !HOOKS.includes(name));
    if (unknown.length || !HOOKS.some((hook) => typeof callback?.[hook] === 'function')) {
      throw new DojoError('unsupported_option', `fit: a callback is {class_name, config} or an object with some of ${HOOKS.join(', ')}${unknown.length ? `; not ${unknown.join(', ')}` : ''}.`);
    }
  }
  return { configs, listeners: [...objects, split(own, HOOKS).own] };
}

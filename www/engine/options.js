// @ts-check
/** Options in JavaScript's names (camelCase) to Keras' names (snake_case). */
import { Selection, toWire } from './arrays.js';
import { HOOK_NAMES, splitCallbacks } from './callbacks.js';
import { DojoError } from './errors.js';

const COMPILE = ['optimizer', 'loss', 'metrics', 'lossWeights', 'weightedMetrics'];
const RUN = ['batchSize', 'sampleWeight'];
const FIT = [
  ...RUN, 'epochs', 'validationSplit', 'validationData', 'validationBatchSize', 'validationFreq', 'classWeight',
  'validationSteps', 'shuffle', 'initialEpoch', 'stepsPerEpoch', 'seed', 'verbose',
];
const PYTHON = ['title', 'recipe', 'files', 'weights', 'distribute'];
const FIT_OWN = ['callbacks', 'signal', 'onEvent', 'onFile', 'onText', ...HOOK_NAMES];

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
 * x, y and options of a fit, and whom it asks: by their place among the callbacks.
 * @param {any} x @param {any} y @param {Record<string, any>} options
 */
export function fitRequest(x, y, options) {
  const [inputs, labels, weight] = pick(x, y, options.sampleWeight);
  const { own, rest } = split(options, FIT_OWN);
  /** @type {Transferable[]} */
  const transfer = [];
  const { configs, asked } = splitCallbacks(own.callbacks ?? [], split(own, HOOK_NAMES).own);
  const sent = toKeras({
    verbose: 0,
    ...rest,
    sampleWeight: toWire(weight, 'sampleWeight', transfer),
    validationData: validationToWire(rest.validationData, transfer),
  }, FIT, 'fit');
  return {
    x: toWire(inputs, 'x', transfer),
    y: toWire(labels, 'y', transfer),
    options: { ...sent, callbacks: configs },
    asked,
    transfer,
  };
}

/** @param {any} x @param {any} y @param {any} weight */
const pick = (x, y, weight) => (x instanceof Selection ? [x.x, y ?? x.y, weight ?? x.weight] : [x, y, weight]);

/**
 * What `save('python')` is told: `fit` has fit's own options, besides the data.
 * @param {Record<string, any>} options
 */
export function pythonOptions({ fit = {}, ...options }) {
  const { callbacks = [], ...rest } = fit;
  const { configs, asked } = splitCallbacks(callbacks, {});
  if (asked.size) {
    throw new DojoError('unsupported_option', "save('python'): a callback is a function of this page, which no program can be made of; leave it out.");
  }
  return { ...toKeras(options, PYTHON, "save('python')"), fit: { ...toKeras(rest, FIT, "save('python'), fit"), callbacks: configs } };
}

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

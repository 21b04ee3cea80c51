// @ts-check
/** Keras' objects in JSON: a name, or a class with its arguments. */
import { entryOf, resolve, snake } from './table.js';

/**
 * @typedef {import('../types.js').KerasObject} KerasObject
 * @typedef {import('./table.js').FamilyName} FamilyName
 */

/** Families whose members Keras also takes by name. */
const byName = ['losses', 'metrics', 'initializers'];

/** A metric is logged under the very name it was given, and these are the usual ones. @type {Record<string, string>} */
const usualNames = { 'metrics.Accuracy': 'accuracy', 'metrics.MeanAbsoluteError': 'mae', 'metrics.MeanSquaredError': 'mse' };

/** The class that a value means, '' for none. @param {FamilyName} family @param {any} value */
export function classOf(family, value) {
  if (value == null || typeof value === 'number' || Array.isArray(value)) return '';
  if (typeof value === 'string') return resolve(family, value);
  if (value.class_name === 'function') return resolve(family, String(value.config));
  return resolve(family, value.class_name ?? '');
}

/** Its arguments. @param {any} value @returns {Record<string, any>} */
export const configOf = (value) => (value && typeof value === 'object' && value.config && typeof value.config === 'object' ? value.config : {});

/** A new object of a class, with what a new one is given. @param {FamilyName} family @param {string} name */
export const newObject = (family, name) => objectOf(family, name, structuredClone(entryOf(family, name)?.start ?? {}));

/** As Keras writes it: by name where that says all. @param {FamilyName} family @param {string} name @param {Record<string, any>} config @returns {any} */
export function objectOf(family, name, config) {
  if (!byName.includes(family) || Object.keys(config).length) return { class_name: name, config };
  return usualNames[`${family}.${name}`] ?? snake(name);
}

/**
 * The same object with an argument set; `undefined` takes it back to the default.
 * @param {FamilyName} family @param {any} value @param {string} key @param {any} next
 */
export function withArgument(family, value, key, next) {
  const { [key]: _, ...rest } = configOf(value);
  return objectOf(family, classOf(family, value), next === undefined ? rest : { ...configOf(value), [key]: next });
}

/** The family that an argument's value belongs to. @param {string} key @returns {FamilyName | null} */
export function familyOf(key) {
  if (key.endsWith('_initializer')) return 'initializers';
  if (key.endsWith('_regularizer')) return 'regularizers';
  if (key.endsWith('_constraint')) return 'constraints';
  return key === 'learning_rate' || key === 'schedule' ? 'schedules' : null;
}

/**
 * An object without what Keras would fill in by itself: default arguments, module, dtype float32.
 * @param {FamilyName} family @param {any} value @returns {any}
 */
export function slim(family, value) {
  if (value == null || typeof value !== 'object' || Array.isArray(value)) return value;
  if (value.class_name === 'function') return value.config;
  const name = classOf(family, value);
  const entry = entryOf(family, name);
  const kept = Object.entries(configOf(value)).map(([key, given]) => [key, slimArgument(key, given)])
    .filter(([key, given]) => !isDefault(family, name, key, given, entry?.arguments));
  const config = Object.fromEntries(kept);
  return family === 'layers' || family === 'optimizers' ? { class_name: name, config } : objectOf(family, name, config);
}

/** @param {string} key @param {any} value */
function slimArgument(key, value) {
  if (typeof value === 'number') return decimal(value);
  const family = familyOf(key);
  if (family) return slim(family, value);
  return value?.class_name === 'function' ? value.config : value;
}

/** A number that Keras kept in float32, such as a learning rate, as it was typed. @param {number} value */
function decimal(value) {
  const short = Number(value.toPrecision(7));
  return Math.fround(short) === value ? short : value;
}

/** What the constructors of all classes take. @type {Record<string, any>} */
const common = { trainable: true, is_legacy_optimizer: false, jit_compile: false };

/** @param {FamilyName} family @param {string} name @param {string} key @param {any} value @param {Record<string, any>} [defaults] */
function isDefault(family, name, key, value, defaults = {}) {
  if (key === 'dtype') return value == null || (value.config?.name ?? value) === 'float32';
  if (key in common) return value === common[key];
  // Layers are told apart by their names, metrics are logged under them; all else is named as its class.
  if (key === 'name') return value == null || family === 'optimizers' || (family !== 'layers' && value === snake(name));
  if (!(key in defaults)) return value === null;
  const fallback = defaults[key];
  if (fallback === undefined) return false;
  if (key === 'activation' && value === 'linear') return true;
  const inner = familyOf(key);
  if (inner && inner !== 'schedules') return sameObject(inner, value, fallback);
  return JSON.stringify(spread(value, fallback)) === JSON.stringify(fallback);
}

/** `1` stands for `[1, 1]` where the default has two. @param {any} value @param {any} fallback */
const spread = (value, fallback) => (Array.isArray(fallback) && typeof value === 'number' ? fallback.map(() => value) : value);

/** @param {FamilyName} family @param {any} a @param {any} b */
function sameObject(family, a, b) {
  const text = (/** @type {any} */ value) => (value == null ? 'null' : `${classOf(family, value)} ${JSON.stringify(configOf(value))}`);
  return text(a) === text(b);
}

// @ts-check
/** Callbacks of a fit: those that the engine knows go there by name, functions stay here and are asked. */
import { DojoError } from './errors.js';

/** The callbacks that the engine knows by name (src/callbacks/mod.rs; a test there holds the list). */
export const CALLBACKS = [
  'BackupAndRestore', 'CSVLogger', 'EarlyStopping', 'History', 'LambdaCallback', 'LearningRateScheduler',
  'ModelCheckpoint', 'ProgbarLogger', 'ReduceLROnPlateau', 'SwapEMAWeights', 'TensorBoard', 'TerminateOnNaN',
];

/** Keras' name of each hook, and its names here. */
const NAMES = {
  on_train_begin: ['onTrainBegin'],
  on_train_end: ['onTrainEnd'],
  on_epoch_begin: ['onEpochBegin'],
  on_epoch_end: ['onEpochEnd'],
  on_train_batch_begin: ['onBatchBegin', 'onTrainBatchBegin', 'on_batch_begin'],
  on_train_batch_end: ['onBatchEnd', 'onTrainBatchEnd', 'on_batch_end'],
  on_test_begin: ['onTestBegin'],
  on_test_end: ['onTestEnd'],
  on_test_batch_begin: ['onTestBatchBegin'],
  on_test_batch_end: ['onTestBatchEnd'],
};

/** Every name of a hook, with Keras' own. @type {Map<string, string>} */
const HOOKS = new Map(Object.entries(NAMES).flatMap(([keras, names]) => [keras, ...names].map((name) => [name, keras])));

/** Names of hooks that may stand among fit's options. */
export const HOOK_NAMES = [...HOOKS.keys()];

/** @typedef {{asks: (hook: string, model: any, args: any[], print: (text: string) => void) => Promise<boolean>}} Asked */

/**
 * The list of callbacks as the engine takes it, and who is asked at which place in it. The hooks of `fit` itself come last.
 * @param {any[]} callbacks @param {Record<string, any>} own hooks among fit's options
 * @returns {{configs: {class_name: string, config: object}[], asked: Map<number, Asked>}}
 */
export function splitCallbacks(callbacks, own) {
  /** @type {Map<number, Asked>} */
  const asked = new Map();
  const configs = [...callbacks, ...(hooksOf(own).size ? [own] : [])].map((callback, i) => {
    const functions = functionsOf(callback);
    if (!functions) return { class_name: callback.class_name, config: callback.config ?? {} };
    asked.set(i, functions);
    return { class_name: 'LambdaCallback', config: Object.fromEntries([...functions.hooks].map((hook) => [hook, true])) };
  });
  return { configs, asked };
}

/**
 * What of a callback is functions: an object with hooks, LambdaCallback, or a schedule.
 * @param {any} callback @returns {(Asked & {hooks: Iterable<string>}) | undefined}
 */
function functionsOf(callback) {
  const name = callback?.class_name;
  if (name === 'LearningRateScheduler' && typeof callback.config?.schedule === 'function') return scheduler(callback.config);
  if (typeof name === 'string' && name !== 'LambdaCallback') return undefined;
  const object = name ? callback.config ?? {} : callback ?? {};
  const hooks = hooksOf(object);
  const unknown = Object.keys(object).filter((key) => /^on(_|[A-Z])/.test(key) && !HOOKS.has(key));
  if (unknown.length || !hooks.size) {
    throw new DojoError('unsupported_option', `fit: a callback is {class_name, config} or an object with some of ${Object.values(NAMES).map(([first]) => first).join(', ')}${unknown.length ? `; not ${unknown.join(', ')}` : ''}.`);
  }
  return { hooks: hooks.keys(), asks: (hook, _model, args) => ask(object, hooks.get(hook) ?? [], args) };
}

/** Each hook of an object by Keras' name, with the keys that its functions have. @param {Record<string, any>} object */
function hooksOf(object) {
  /** @type {Map<string, string[]>} */
  const found = new Map();
  for (const name of HOOK_NAMES) {
    const keras = HOOKS.get(name) ?? name;
    if (typeof object?.[name] === 'function') found.set(keras, [...found.get(keras) ?? [], name]);
  }
  return found;
}

/** @param {Record<string, any>} object @param {string[]} names @param {any[]} args */
async function ask(object, names, args) {
  let stop = false;
  for (const name of names) if (await object[name](...args) === 'stop') stop = true;
  return stop;
}

/**
 * Keras' LearningRateScheduler with a function of the epoch and the learning rate.
 * @param {{schedule: (epoch: number, learningRate: number) => any, verbose?: any}} config
 */
function scheduler({ schedule, verbose = 0, ...unknown }) {
  if (Object.keys(unknown).length) {
    throw new DojoError('unsupported_option', `LearningRateScheduler has no argument "${Object.keys(unknown)[0]}"; it takes schedule and verbose.`);
  }
  return {
    hooks: ['on_epoch_begin', 'on_epoch_end'],
    /** @type {Asked['asks']} */
    async asks(hook, model, [first, logs], print) {
      if (hook === 'on_epoch_end') {
        logs.learning_rate = await model.learningRate;
        return false;
      }
      const rate = await schedule(first, await model.learningRate);
      if (typeof rate !== 'number') throw new DojoError('bad_data', `The output of the \`schedule\` function should be a float. Got: ${rate}`);
      await model.setLearningRate(rate);
      if (verbose) print(`\nEpoch ${first + 1}: LearningRateScheduler setting learning rate to ${pythonFloat(rate)}.\n`);
      return false;
    },
  };
}

/** A number as Python prints a float. @param {number} value */
export function pythonFloat(value) {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  const [mantissa, exponent] = value.toExponential().split('e');
  const power = Number(exponent);
  if (power < -4 || power >= 16) return `${mantissa}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
  if (power < 0 && value !== 0) return value.toFixed(mantissa.replace(/[-.]/g, '').length - 1 - power);
  const text = Object.is(value, -0) ? '-0' : String(value);
  return text.includes('.') ? text : `${text}.0`;
}

// @ts-check
/**
 * What the editor knows about Keras' classes beyond what the engine tells:
 * which to offer, with which first arguments, and how to say them in one line.
 *
 * @typedef {import('./types.js').KerasObject} KerasObject
 */

/** Layers on offer, with the arguments a new one starts with. @type {Record<string, Record<string, any>>} */
export const layerChoices = {
  Dense: { units: 16, activation: 'relu' },
  Dropout: { rate: 0.3 },
  Flatten: {},
  Activation: { activation: 'relu' },
  Embedding: { input_dim: 10000, output_dim: 16 },
  GlobalAveragePooling1D: {},
  Normalization: { mean: 0, variance: 1 },
  Rescaling: { scale: 1 / 255 },
};

export const optimizerChoices = { Adam: 0.001, RMSprop: 0.001, SGD: 0.01 };

export const lossChoices = [
  'sparse_categorical_crossentropy', 'categorical_crossentropy', 'binary_crossentropy',
  'mean_squared_error', 'mean_absolute_error',
];

export const metricChoices = ['accuracy', 'mae', 'mse', 'binary_crossentropy'];

/** Arguments of EarlyStopping as Keras has them by default. @type {Record<string, any>} */
export const earlyStopping = {
  monitor: 'val_loss', min_delta: 0, patience: 0, mode: 'auto',
  baseline: null, restore_best_weights: false, start_from_epoch: 0,
};

const activations = ['linear', 'relu', 'sigmoid', 'softmax', 'tanh'];
const initializers = [
  'glorot_uniform', 'glorot_normal', 'he_uniform', 'he_normal', 'lecun_uniform', 'lecun_normal',
  'random_uniform', 'random_normal', 'truncated_normal', 'zeros', 'ones',
];

/** The values an argument can take, where they are few. @param {string} name @returns {string[] | null} */
export function choicesOf(name) {
  if (name === 'activation') return activations;
  if (name.endsWith('_initializer')) return initializers;
  if (name === 'data_format') return ['channels_last', 'channels_first'];
  if (name === 'mode') return ['auto', 'min', 'max'];
  return null;
}

/** Keras writes an object as a string, a class with its arguments, or nothing. @param {any} value */
export function nameOf(value) {
  if (value == null) return '';
  return typeof value === 'string' ? value : snake(value.class_name ?? '');
}

/** `GlorotUniform` → `glorot_uniform`, as Keras names its functions. @param {string} name */
export function snake(name) {
  return name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();
}

/** Short names of losses as Keras accepts them. @param {any} loss */
export function lossName(loss) {
  const name = nameOf(loss);
  return { mse: 'mean_squared_error', mae: 'mean_absolute_error' }[name] ?? name;
}

/** "16 · relu": the first argument and the activation. @param {KerasObject} layer */
export function headline({ class_name: name, config }) {
  const parts = [];
  if (name === 'Embedding') parts.push(`${config.input_dim} × ${config.output_dim}`);
  else parts.push(config.units ?? config.rate ?? config.scale);
  if (config.activation && config.activation !== 'linear') parts.push(nameOf(config.activation));
  return parts.filter((part) => part !== undefined).map(short).join(' · ');
}

/** @param {any} value */
const short = (value) => (typeof value === 'number' ? String(Number(value.toPrecision(4))) : String(value));

/** "L2 0.001" for each regulariser of a layer. @param {KerasObject} layer @returns {string[]} */
export function tags({ config }) {
  return Object.entries(config)
    .filter(([key, value]) => key.endsWith('_regularizer') && value)
    .map(([, value]) => {
      const { kind, l1, l2 } = regularizer(value);
      return kind === 'L1L2' ? `L1 ${short(l1)} L2 ${short(l2)}` : `${kind} ${short(kind === 'L1' ? l1 : l2)}`;
    });
}

/** A regulariser however Keras wrote it. @param {any} value @returns {{kind: '' | 'L1' | 'L2' | 'L1L2', l1: number, l2: number}} */
export function regularizer(value) {
  const { l1 = 0.01, l2 = 0.01 } = value?.config ?? {};
  const kinds = /** @type {const} */ ({ l1: 'L1', l2: 'L2', l1_l2: 'L1L2', l1l2: 'L1L2' });
  const kind = kinds[/** @type {keyof typeof kinds} */ (nameOf(value).toLowerCase())] ?? '';
  return { kind, l1, l2 };
}

/** @param {'' | 'L1' | 'L2' | 'L1L2'} kind @param {number} factor */
export function regularizerObject(kind, factor) {
  if (!kind) return null;
  const config = kind === 'L1L2' ? { l1: factor, l2: factor } : { [kind.toLowerCase()]: factor };
  return { class_name: kind, config };
}

/** "(28, 28)": a shape without its batch dimension, Python's comma for one dimension left out. @param {(number | null)[]} shape */
export function shapeText(shape) {
  return `(${shape.map((size) => size ?? 'None').join(', ')})`;
}

/** The output shape without the batch dimension; null where the layer does not fit. @param {import('./types.js').LayerInfo} layer */
export function outputOf({ outputShape }) {
  return outputShape?.[0] === null ? outputShape.slice(1) : outputShape;
}

// @ts-check
/** How layers, shapes and losses are said in a few signs. */
import { classOf, configOf } from './keras/objects.js';
import { entryOf, snake } from './keras/table.js';

/** @typedef {import('./types.js').KerasObject} KerasObject */

/** A loss as Keras names it in its logs. @param {any} loss */
export const lossName = (loss) => snake(classOf('losses', loss));

/** Arguments that say what a layer is, in the order they are said. */
const telling = [
  'units', 'filters', 'kernel_size', 'pool_size', 'size', 'rate', 'stddev', 'scale', 'input_dim', 'output_dim', 'target_shape', 'dims', 'n',
  'mode', 'factor', 'height_factor', 'groups', 'num_tokens', 'num_bins', 'max_tokens', 'height', 'width',
];

/** "32 · 3 · relu": what sets the layer apart, and its activation. @param {KerasObject} layer */
export function headline({ class_name: name, config }) {
  const defaults = entryOf('layers', name)?.arguments ?? {};
  const given = (/** @type {string} */ key) => config[key] ?? (key.endsWith('size') ? defaults[key] : undefined);
  const parts = telling.filter((key) => key in defaults).map(given).filter((value) => value != null && value !== 1 && value !== true && value !== false);
  const { activation } = config;
  if (activation && activation !== 'linear') parts.push(typeof activation === 'string' ? activation : snake(activation.class_name ?? ''));
  return parts.map(short).join(' · ');
}

/** @param {any} value @returns {string} */
const short = (value) => {
  if (Array.isArray(value)) return value.map(short).join('×');
  return typeof value === 'number' ? String(Number(value.toPrecision(4))) : String(value);
};

/** "L2 0.001" for each regulariser of a layer. @param {KerasObject} layer @returns {string[]} */
export function tags({ config }) {
  return Object.entries(config).filter(([key, value]) => key.endsWith('_regularizer') && value).map(([, value]) => {
    const name = classOf('regularizers', value);
    const factors = { ...entryOf('regularizers', name)?.arguments, ...configOf(value) };
    if (name === 'L1L2') return `L1 ${short(factors.l1)} L2 ${short(factors.l2)}`;
    return `${name.replace('Regularizer', '')} ${short(factors.l1 ?? factors.l2 ?? factors.factor ?? '')}`;
  });
}

/** "(28, 28)": a shape without its batch dimension, Python's comma for one dimension left out. @param {(number | null)[]} shape */
export function shapeText(shape) {
  return `(${shape.map((size) => size ?? 'None').join(', ')})`;
}

/** The output shape without the batch dimension; null where the layer does not fit. @param {import('./types.js').LayerInfo} layer */
export function outputOf({ outputShape }) {
  return outputShape?.[0] === null ? outputShape.slice(1) : outputShape;
}

/** A name for a new layer that no other one has, as Keras counts them. @param {string} className @param {KerasObject[]} layers */
export function freeName(className, layers) {
  const taken = new Set(layers.map(({ config }) => config.name));
  const base = snake(className);
  for (let n = 0; ; n += 1) {
    const name = n ? `${base}_${n}` : base;
    if (!taken.has(name)) return name;
  }
}

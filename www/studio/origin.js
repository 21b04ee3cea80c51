// @ts-check
/** A trained model that training starts from: what it is, whether a draft still fits it, and its weights. */
import { DojoError } from '../engine/errors.js';
import { classOf, slim } from './keras/objects.js';
import { sequential } from './sequential.js';

/**
 * @typedef {import('./types.js').KerasObject} KerasObject
 * @typedef {import('./types.js').Compile} Compile
 * @typedef {(number | null)[]} Shape without the batch dimension
 *
 * @typedef {object} Origin
 * @property {string} title of the file, or of the run
 * @property {'file' | 'run'} from
 * @property {Uint8Array} bytes a `.keras` or `.h5` file: config, weights and the optimizer's state
 * @property {KerasObject[]} config its layers, what Keras fills in by itself left out
 * @property {Compile | null} compile
 * @property {Shape | null} inputShape
 * @property {string} kerasVersion
 * @property {import('./types.js').LayerInfo[]} layers as the engine sees them
 * @property {number} params
 */

/**
 * Reads a `.keras` or `.h5` file; throws what the engine cannot read of it.
 * @param {any} dojo @param {string} title @param {Uint8Array} bytes @param {Origin['from']} [from]
 * @returns {Promise<Origin>}
 */
export async function readOrigin(dojo, title, bytes, from = 'file') {
  const model = await dojo.loadModel(bytes);
  try {
    const json = await model.config();
    refuseGraph(json);
    const { config, compile, inputShape } = readConfig(json);
    const { layers, total } = await dojo.inspect(sequential(config), inputShape);
    return { title, from, bytes, config, compile, inputShape, kerasVersion: model.metadata?.keras_version ?? '', layers, params: total };
  } finally {
    await model.dispose();
  }
}

/** The editor holds chains of layers. @param {any} json Keras' JSON of a model */
function refuseGraph({ class_name: className, config }) {
  const inner = config.layers.find((/** @type {KerasObject} */ layer) => ['Sequential', 'Functional'].includes(layer.class_name));
  if (className === 'Sequential' && !inner) return;
  const found = className === 'Sequential' ? `a Sequential with the model "${inner.config.name}" in it` : `a ${className} model`;
  throw new DojoError('unknown_class', `This is ${found}: the studio edits chains of layers only. model-dojo.js trains it all the same.`);
}

/**
 * Keras' JSON of a Sequential as the page edits it.
 * @param {any} json @returns {Pick<Origin, 'config' | 'compile' | 'inputShape'>}
 */
export function readConfig(json) {
  const all = json.config.layers;
  const input = all.find((/** @type {KerasObject} */ layer) => layer.class_name === 'InputLayer');
  const shape = input?.config.batch_shape ?? input?.config.batch_input_shape ?? json.config.build_input_shape ?? null;
  return {
    config: all.filter((/** @type {KerasObject} */ layer) => layer !== input).map((/** @type {KerasObject} */ layer) => slim('layers', layer)),
    compile: json.compile_config ? readCompile(json.compile_config) : null,
    inputShape: shape && shape.slice(1),
  };
}

/** @param {any} config Keras' compile_config @returns {Compile} */
function readCompile({ optimizer, loss, metrics, loss_weights: lossWeights, weighted_metrics: weightedMetrics }) {
  const made = slim('optimizers', typeof optimizer === 'string' ? { class_name: classOf('optimizers', optimizer), config: {} } : optimizer);
  return {
    optimizer: made,
    loss: slim('losses', loss),
    metrics: (metrics ?? []).flat().filter(Boolean).map((/** @type {any} */ metric) => slim('metrics', metric)),
    ...(lossWeights && { lossWeights }),
    ...(weightedMetrics && { weightedMetrics }),
  };
}

/** @param {unknown} a @param {unknown} b */
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/** Whether a sample of one shape is one of the other; None stands for any size. @param {Shape} a @param {Shape} b */
export const sameShape = (a, b) => a.length === b.length && a.every((size, i) => size === b[i] || size === null || b[i] === null);

/** Whether the file itself can be trained on: nothing of its layers or its input was changed. @param {Origin} origin @param {KerasObject[]} config @param {Shape} inputShape */
export const isUnchanged = (origin, config, inputShape) =>
  same(origin.config, config) && origin.inputShape !== null && sameShape(origin.inputShape, inputShape);

/**
 * Layers of a draft whose weights start anew, since the origin has none that fit: all layers with weights but
 * those of the same name, class and number of parameters.
 * @param {Origin} origin @param {import('./types.js').LayerInfo[]} layers of the draft
 */
export function newLayers(origin, layers) {
  const known = new Map(origin.layers.map((layer) => [layer.name, layer]));
  return layers.filter(({ name, className, params }) => {
    const before = known.get(name);
    return params > 0 && (before?.className !== className || before.params !== params);
  }).map(({ name }) => name);
}

/**
 * A compiled model in the engine with the weights a run starts from: the origin's where they fit, else new ones.
 * The optimizer goes on, too, where neither layers nor compile were changed.
 * @param {any} dojo
 * @param {{config: KerasObject[], compile: Compile, fit: {seed: number}, origin?: Origin | null}} run
 * @param {Shape} inputShape of the data
 */
export async function startModel(dojo, { config, compile, fit, origin }, inputShape) {
  const { seed } = fit;
  if (origin && isUnchanged(origin, config, inputShape)) {
    const model = await dojo.loadModel(origin.bytes, { seed });
    if (!same(compile, origin.compile)) await model.compile(compile);
    return model;
  }
  const model = await dojo.loadModel(sequential(config, inputShape), { seed });
  await model.compile(compile);
  if (origin) await takeWeights(model, await dojo.loadModel(origin.bytes));
  return model;
}

/** Weights of the same path and shape move over. @param {any} model @param {any} donor disposed of here */
async function takeWeights(model, donor) {
  const [mine, theirs] = await Promise.all([model.getWeights(), donor.getWeights()]);
  const given = new Map(theirs.map((/** @type {any} */ weight) => [weight.path, weight]));
  await model.setWeights(mine.map((/** @type {any} */ weight) => {
    const other = given.get(weight.path);
    return other && same(other.shape, weight.shape) ? other : weight;
  }).map((/** @type {any} */ { data, shape }) => ({ data, shape })));
  await donor.dispose();
}

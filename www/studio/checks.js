// @ts-check
import { freeName, lossName, outputOf, shapeText } from './layers.js';

/**
 * Whether the draft fits its data, and if not, what came, what is needed and how to mend it.
 *
 * @typedef {import('./types.js').Draft} Draft
 * @typedef {import('./types.js').Project} Project
 *
 * @typedef {object} Fix
 * @property {string} key words of the button
 * @property {Record<string, any>} [vars]
 * @property {(draft: Draft) => void} apply
 *
 * @typedef {object} Problem
 * @property {number} layer index of the card at fault (the last one for the output)
 * @property {string} title key of its heading
 * @property {string} text key of its sentence, or the engine's own words under `message`
 * @property {Record<string, any>} vars
 * @property {Fix[]} fixes the primary one first
 */

/** @param {Project} project @returns {Problem | null} */
export function problemOf(project) {
  const { inspection, prepared, draft } = project;
  if (!prepared || !inspection) return null;
  if (!draft.config.length) {
    return { layer: -1, title: 'problem.empty', text: 'problem.empty.text', vars: {}, fixes: [] };
  }
  return inspection.error ? layerProblem(project) : outputProblem(project);
}

/** What keeps the draft from training: a layer, the output, or what compile and fit are given. @param {Project} project */
export const obstacleOf = (project) => problemOf(project) ?? project.fault ?? null;

/** The engine refuses a layer. @param {Project} project @returns {Problem} */
function layerProblem({ inspection, draft, prepared }) {
  const error = /** @type {import('./types.js').StudioError} */ (inspection?.error);
  const built = inspection?.layers ?? [];
  const layer = layerAtFault(error, draft, built);
  if (layer < 0) return { layer, title: 'problem.layer', text: 'message', vars: { message: error.message }, fixes: [] };
  /** @type {Fix[]} */
  const fixes = [];
  const { class_name: name } = draft.config[layer];
  const before = layer > 0 ? built[layer - 1] && outputOf(built[layer - 1]) : prepared.inputShape;
  if (error.code === 'shape_mismatch' && before?.length > 1 && name === 'Dense') {
    fixes.push({ key: 'fix.flattenHere', apply: (next) => void next.config.splice(layer, 0, named(flatten(), next)) });
  }
  if (error.code === 'shape_mismatch' && before?.length === 2 && name.endsWith('2D')) {
    const target = [...before, 1];
    const reshape = { class_name: 'Reshape', config: { target_shape: target } };
    fixes.push({ key: 'fix.reshape', vars: { shape: shapeText(target) }, apply: (next) => void next.config.splice(layer, 0, named(reshape, next)) });
  }
  fixes.push({ key: 'fix.remove', vars: { name }, apply: (next) => void next.config.splice(layer, 1) });
  return {
    layer, fixes,
    title: error.code === 'shape_mismatch' ? 'problem.input' : 'problem.layer',
    text: 'message', vars: { message: error.message, name },
  };
}

/**
 * The layer that the engine names, or whose class its message names; -1 if neither.
 * @param {import('./types.js').StudioError} error @param {Draft} draft @param {import('./types.js').LayerInfo[]} built
 */
function layerAtFault(error, { config }, built) {
  const named = config.findIndex((layer, i) => (layer.config.name ?? built[i]?.name) === error.layer);
  return named >= 0 && error.layer ? named : config.findIndex(({ class_name: name }) => error.message.includes(`"${name}"`));
}

/** The last layer's output does not fit the labels, or the loss does not fit both. @param {Project} project @returns {Problem | null} */
function outputProblem({ inspection, draft, prepared }) {
  const layers = inspection?.layers ?? [];
  const last = layers.length - 1;
  if (last < 0) return null;
  const output = outputOf(layers[last]);
  if (!output) return null;
  const needs = needed(prepared, lossName(draft.compile.loss));
  const at = { layer: draft.config.length - 1, vars: { output: shapeText(output), needed: shapeText([needs.units]), units: needs.units } };
  if (needs.loss) {
    return {
      ...at, title: 'problem.loss', text: `problem.loss.${prepared.task}`,
      vars: { ...at.vars, loss: lossName(draft.compile.loss), better: needs.loss },
      fixes: [{ key: 'fix.loss', vars: { loss: needs.loss }, apply: (next) => { next.compile.loss = /** @type {string} */ (needs.loss); } }],
    };
  }
  if (output.length > 1) {
    /** @type {Fix[]} */
    const fixes = [{ key: 'fix.flatten', apply: (next) => void next.config.splice(flattenPlace(next), 0, named(flatten(), next)) }];
    if (output.length < 4) {
      const name = `GlobalAveragePooling${output.length - 1}D`;
      fixes.push({ key: 'fix.average', vars: { name }, apply: (next) => void next.config.splice(-1, 0, named({ class_name: name, config: {} }, next)) });
    }
    return { ...at, title: 'problem.output', text: 'problem.rank', fixes };
  }
  if (output[0] === needs.units) return null;
  const isDense = draft.config.at(-1)?.class_name === 'Dense';
  /** @type {Fix} */
  const units = { key: 'fix.units', vars: { units: needs.units }, apply: (next) => { /** @type {any} */ (next.config.at(-1)).config.units = needs.units; } };
  /** @type {Fix} */
  const add = { key: 'fix.addDense', vars: { units: needs.units }, apply: (next) => void next.config.push(named({ class_name: 'Dense', config: { units: needs.units, ...activationFor(prepared.task) } }, next)) };
  return { ...at, title: 'problem.output', text: 'problem.units', fixes: isDense ? [units, add] : [add] };
}

/**
 * How many outputs the labels want under this loss; `loss` names a fitting one where it cannot work.
 * @param {any} prepared @param {string} loss @returns {{units: number, loss?: string}}
 */
function needed({ task, classes }, loss) {
  if (task === 'regression') {
    return { units: 1, ...(/cross_?entropy/.test(loss) && { loss: 'mean_squared_error' }) };
  }
  if (task === 'binary') {
    if (loss === 'sparse_categorical_crossentropy') return { units: 2 };
    return { units: 1, ...(loss.startsWith('categorical_') && { loss: 'binary_crossentropy' }) };
  }
  return { units: classes.length, ...(loss !== 'sparse_categorical_crossentropy' && { loss: 'sparse_categorical_crossentropy' }) };
}

/** Behind the last layer that looks at pictures or sequences; without one after preprocessing, before the first layer that learns. @param {Draft} draft */
function flattenPlace({ config }) {
  const looking = config.findLastIndex(({ class_name: name }) => /^(?!Global).*(Conv|Pooling)/.test(name));
  if (looking >= 0) return looking + 1;
  const place = config.findIndex(({ class_name: name }) => !['Rescaling', 'Normalization', 'Embedding', 'Dropout', 'Reshape'].includes(name));
  return Math.max(place, 0);
}

/** A new layer, with a name of its own where the others have theirs. @param {import('./types.js').KerasObject} layer @param {Draft} draft */
export function named(layer, { config }) {
  return config.some((other) => other.config.name) ? { ...layer, config: { ...layer.config, name: freeName(layer.class_name, config) } } : layer;
}

const flatten = () => ({ class_name: 'Flatten', config: {} });

/** @param {string} task */
export function activationFor(task) {
  if (task === 'classification') return { activation: 'softmax' };
  return task === 'binary' ? { activation: 'sigmoid' } : {};
}

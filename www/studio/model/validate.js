// @ts-check
import { outputOf } from '../layers.js';
import { problemOf } from '../checks.js';
import { studio, toError } from '../state.js';

/**
 * Asks the engine whether it takes what compile and fit are given, on the smallest model with the draft's
 * outputs: its errors then stand where the option is, before a run fails of them.
 *
 * @typedef {import('../types.js').Draft} Draft
 * @typedef {{place: 'optimizer' | 'loss' | 'metrics' | 'callbacks', index: number, message: string}} Fault
 */

/** A pause in editing before the engine is asked. */
const waitMilliseconds = 250;

const plain = { optimizer: 'sgd', loss: 'mean_squared_error' };

/**
 * @param {any} dojo @param {Pick<Draft, 'compile' | 'fit'>} draft
 * @param {{units: number, classes: boolean}} output of the model; whether the labels are class numbers
 * @returns {Promise<Fault | null>}
 */
export async function findFault(dojo, { compile, fit }, { units, classes }) {
  const config = {
    class_name: 'Sequential',
    config: { layers: [{ class_name: 'InputLayer', config: { batch_shape: [null, 1] } }, { class_name: 'Dense', config: { units, activation: 'sigmoid' } }] },
  };
  const x = { data: new Float32Array(2), shape: [2, 1] };
  const y = classes ? { data: new Int32Array(2), shape: [2] } : { data: new Float32Array(2 * units), shape: [2, units] };
  const model = await dojo.loadModel(config);
  /** Whether the engine refuses this, and in which words. @param {any} options @param {any[]} [callbacks] */
  const refusal = async (options, callbacks) => {
    try {
      await model.compile(options);
      if (callbacks) await model.check(x, y, { callbacks, validationSplit: fit.validation_split ? 0.5 : 0 });
      return '';
    } catch (error) {
      return toError(error).message;
    }
  };
  const { optimizer, loss, metrics } = compile;
  /** @type {[Fault['place'], number, any, any[]?][]} */
  const parts = [
    ['optimizer', 0, { ...plain, optimizer }],
    ['loss', 0, { ...plain, loss }],
    ...metrics.map((metric, i) => /** @type {[Fault['place'], number, any]} */ (['metrics', i, { ...plain, loss, metrics: [metric] }])),
    ...fit.callbacks.map((callback, i) => /** @type {[Fault['place'], number, any, any[]]} */ (['callbacks', i, compile, [callback]])),
  ];
  try {
    if (!await refusal(compile, fit.callbacks)) return null;
    for (const [place, index, options, callbacks] of parts) {
      const message = await refusal(options, callbacks);
      if (message) return { place, index, message };
    }
    return null; // together they are refused, apart they are not: the run itself will say why
  } finally {
    await model.dispose();
  }
}

/** Texts of what was asked last, by project. @type {WeakMap<object, string>} */
const asked = new WeakMap();
let timer = 0;
/** @type {object | null} the project whose question waits for the pause */
let waiting = null;

/** Follows the draft of the open project. */
export function watchDraft() {
  studio.addEventListener('change', () => {
    const { project } = studio;
    if (!project?.inspection || !project.prepared || studio.engine.state !== 'ready') return;
    const last = project.inspection.layers.at(-1);
    const output = last && outputOf(last);
    if (problemOf(project) || output?.length !== 1) return;
    const { compile, fit } = project.draft;
    const text = JSON.stringify([compile, fit.callbacks, fit.validation_split > 0, output]);
    if (asked.get(project) === text) return;
    if (waiting && waiting !== project) asked.delete(waiting);
    asked.set(project, text);
    waiting = project;
    clearTimeout(timer);
    const classes = project.prepared.task === 'classification' || output[0] !== 1 && project.prepared.task === 'binary';
    timer = window.setTimeout(async () => {
      waiting = null;
      const fault = await findFault(studio.engine.dojo, { compile, fit }, { units: output[0] ?? 1, classes }).catch(() => null);
      if (asked.get(project) !== text || JSON.stringify(fault) === JSON.stringify(project.fault ?? null)) return;
      project.fault = fault;
      studio.changed();
    }, waitMilliseconds);
  });
}

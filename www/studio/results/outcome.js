// @ts-check
import { t } from '../../i18n/index.js';
import { errorText } from '../errors.js';
import { classNames } from '../projects.js';
import { studio, toError } from '../state.js';
import { asked } from './asked.js';
import { samplesOf } from './samples-of.js';

/**
 * What a run says about rows it has not learned from: asked once, then kept.
 *
 * @typedef {import('../types.js').Run} Run
 * @typedef {'validation' | 'test'} Split
 *
 * @typedef {object} Outcome
 * @property {any} predictions {data, shape}; null until they are there
 * @property {ArrayLike<number> | null} labels
 * @property {string[]} classes
 * @property {any} task
 * @property {string} unit of a regression's numbers
 * @property {((i: number) => Promise<any>) | null} sample
 * @property {((sample: any) => Promise<ArrayLike<number>>) | null} predict
 * @property {number | null} epoch 0-based, of the weights
 * @property {Record<string, number> | null} metrics
 * @property {string} message why there is nothing, or what went wrong
 */


/** @param {Run} run */
export const hasEnded = (run) => Boolean(run.model) && ['loaded', 'done', 'early', 'stopped'].includes(run.status);

/** @param {Run} run @param {Split} split @returns {Outcome} */
export function outcomeOf(run, split) {
  const project = /** @type {import('../types.js').Project} */ (studio.project);
  const { task } = run.prepared;
  const restored = run.restoredEpoch ?? run.epoch.at(-1) ?? null;
  const names = classNames(project);
  return {
    predictions: null, labels: null, sample: null, predict: null, message: '',
    task, unit: task === 'regression' ? project.recipe.label.column ?? '' : '',
    classes: names.length === run.prepared.classes?.length ? names : run.prepared.classes ?? [],
    epoch: restored,
    metrics: split === 'test' ? run.test : validationMetrics(run, restored),
    ...answers(run, split, project),
  };
}

/** @param {Run} run @param {Split} split @param {import('../types.js').Project} project @returns {Partial<Outcome>} */
function answers(run, split, project) {
  const missing = whyNot(run, split);
  if (missing) return { message: t(missing) };
  /** @type {Partial<Record<Split, Partial<Outcome>>>} */
  const known = asked.get(run) ?? {};
  asked.set(run, known);
  known[split] ??= ask(run, split, project);
  return known[split] ?? {};
}

/** @param {Run} run @param {Split} split */
function whyNot(run, split) {
  if (['queued', 'running', 'paused'].includes(run.status)) return 'outcome.wait';
  if (run.status === 'diverged') return 'outcome.diverged';
  if (!hasEnded(run)) return 'outcome.noModel';
  if (split === 'validation' && !run.fit.validation_split) return 'outcome.noValidation';
  if (split === 'test' && !run.prepared.test.count) return 'outcome.noTest';
  return '';
}

/** Starts asking; the answers fill the object that is handed out. @param {Run} run @param {Split} split @param {import('../types.js').Project} project */
function ask(run, split, project) {
  /** @type {Partial<Outcome>} */
  const outcome = {};
  if (split === 'test' && !run.looked) return undefined;
  fill(outcome, run, split, project).catch((error) => {
    outcome.message = errorText(toError(error));
  }).finally(() => studio.changed());
  return outcome;
}

/** @param {Partial<Outcome>} outcome @param {Run} run @param {Split} split @param {import('../types.js').Project} project */
async function fill(outcome, run, split, project) {
  const { prepared, model, fit } = run;
  const part = split === 'test' ? 'test' : 'train';
  const all = prepared[part].count;
  // Validation is the tail that Keras' validation_split cuts off.
  const first = split === 'test' ? 0 : Math.floor(all * (1 - fit.validation_split));
  const samples = samplesOf(project, prepared, part, await prepared.rows(part), first);
  const labels = await samples.labels();
  const every = await model.predict(prepared[part].x);
  const size = every.data.length / all;
  outcome.predictions = { data: every.data.subarray(first * size), shape: [all - first, ...every.shape.slice(1)] };
  outcome.labels = labels;
  outcome.sample = samples.sample;
  outcome.predict = async (sample) => (await model.predict(await prepared.apply(samples.raw(sample)))).data;
}

/** @param {Run} run @param {number | null} epoch */
function validationMetrics(run, epoch) {
  const at = epoch === null ? -1 : run.epoch.indexOf(epoch);
  if (at < 0) return null;
  const keys = Object.keys(run.history).filter((key) => key.startsWith('val_'));
  return Object.fromEntries(keys.map((key) => [key.slice(4), run.history[key][at]]));
}

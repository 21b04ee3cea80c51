// @ts-check
import { t } from '../i18n/index.js';
import { partCounts } from './data/parts.js';
import { modelTitle } from './file-name.js';
import { startModel } from './origin.js';
import { sequential } from './sequential.js';
import { studio, toError } from './state.js';
import { fileOptions } from './train/run-files.js';

/**
 * @typedef {import('./types.js').Run} Run
 * @typedef {import('./types.js').Draft} Draft
 * @typedef {import('./types.js').Project} Project
 */

const markers = ['●', '■', '▲', '◆', '▼', '✚'];
let runCount = 0;

/**
 * Queues a run of `draft`; it starts at once if nothing trains.
 * @param {Draft} draft @param {string} [name]
 */
export function queueRun(draft, name) {
  const project = studio.project;
  if (!project?.prepared) return;
  const run = newRun(project, draft, name ?? freeName(project), 'queued');
  run.origin = project.origin ?? null;
  project.runs.push(run);
  if (name === undefined || !studio.focused) studio.focus(run.id);
  countParams(run);
  pump();
}

/**
 * A model that came from a file, as a run that has not trained.
 * @param {Project} project @param {any} model the engine's, compiled
 */
export function placeLoaded(project, model) {
  const { origin, draft } = project;
  const title = modelTitle(origin?.title ?? '');
  const names = new Set(project.runs.map(({ name }) => name));
  let name = title;
  for (let n = 2; names.has(name); n += 1) name = `${title} ${n}`;
  const run = newRun(project, draft, name, 'loaded');
  Object.assign(run, { origin, model, epochs: 0, seconds: 0 });
  project.runs.push(run);
  if (studio.project === project) studio.focus(run.id);
  studio.changed();
}

/** @param {Project} project @param {Draft} draft @param {string} name @param {import('./types.js').Status} status @returns {Run} */
function newRun(project, draft, name, status) {
  const index = freeSeries(project);
  return {
    id: `r${++runCount}`, name, status,
    series: index + 1,
    marker: markers[index],
    params: project.inspection?.total ?? 0,
    config: structuredClone(draft.config),
    compile: structuredClone(draft.compile),
    fit: structuredClone(draft.fit),
    epochs: draft.fit.epochs,
    points: [], epoch: [], history: {}, penalty: [], dataLoss: [], files: [],
    bestEpoch: null, restoredEpoch: null,
    seconds: 0, steps: 0, stepsPerEpoch: Math.ceil(partCounts(project.prepared, draft.fit)[0].count / draft.fit.batch_size),
    error: null, model: null, prepared: project.prepared, recipe: project.recipe, test: null, looked: 0,
  };
}

/** The first colour that the fewest runs wear. @param {Project} project */
function freeSeries({ runs }) {
  const worn = markers.map((_, index) => runs.filter(({ series }) => series === index + 1).length);
  return worn.indexOf(Math.min(...worn));
}

/** @param {Project} project */
function freeName({ runs }) {
  if (!runs.length) return t('run.baseline');
  const names = new Set(runs.map(({ name }) => name));
  let n = runs.length + 1;
  while (names.has(t('run.name', { n }))) n += 1;
  return t('run.name', { n });
}

/** @param {Run} run */
async function countParams(run) {
  try {
    run.params = (await studio.engine.dojo.inspect(sequential(run.config), run.prepared.inputShape)).total;
    studio.changed();
  } catch { /* the run itself will report it */ }
}

/** Starts the next queued run: one fit at a time. */
function pump() {
  studio.changed();
  if (studio.active) return;
  for (const project of studio.projects.values()) {
    const run = project.runs.find(({ status }) => status === 'queued');
    if (run) return void train(run);
  }
}

/** @param {Run} run */
async function train(run) {
  run.status = 'running';
  const { prepared, fit } = run;
  try {
    run.model = await startModel(studio.engine.dojo, run, prepared.inputShape);
    const end = await run.model.fit(prepared.train.x, prepared.train.y, {
      ...fitOptions(fit),
      onEvent: recorder(run),
      ...fileOptions(run),
    });
    finish(run, end);
  } catch (error) {
    run.status = 'error';
    run.error = toError(error);
    if (run.error.code === 'engine_lost') studio.dispatchEvent(new Event('engine-lost'));
  }
  pump();
}

/** Keras' arguments under the engine's names. @param {import('./types.js').FitOptions} fit */
export const fitOptions = ({ epochs, batch_size: batchSize, validation_split: validationSplit, callbacks, seed }) =>
  ({ epochs, batchSize, validationSplit, callbacks, seed });

/**
 * Writes the engine's events into the run.
 * @param {Run} run @returns {(event: any) => void}
 */
function recorder(run) {
  let last = performance.now();
  return (event) => {
    const now = performance.now();
    if (run.status === 'running') run.seconds += (now - last) / 1000;
    last = now;
    if (event.type === 'batch') recordBatch(run, event);
    if (event.type === 'epoch') recordEpoch(run, event);
    studio.changed();
  };
}

/** @param {Run} run @param {any} event */
function recordBatch(run, { epoch, batch, logs }) {
  countSteps(run, epoch * run.stepsPerEpoch + batch + 1);
  run.points.push({ t: run.steps / run.stepsPerEpoch, logs });
  if (!Number.isFinite(logs.loss)) diverge(run);
}

/** @param {Run} run @param {number} steps */
function countSteps(run, steps) {
  run.steps = steps;
  studio.engine.stepsPerSecond = steps / Math.max(run.seconds, 1e-3);
}

/** @param {Run} run @param {any} event */
function recordEpoch(run, { epoch, logs, dataLoss, penalty }) {
  countSteps(run, (epoch + 1) * run.stepsPerEpoch);
  run.epoch.push(epoch);
  for (const [key, value] of Object.entries(logs)) (run.history[key] ??= []).push(value);
  run.dataLoss.push(dataLoss ?? logs.loss);
  run.penalty.push(penalty ?? 0);
  const watched = run.history.val_loss ?? run.history.loss;
  run.bestEpoch = run.epoch[watched.indexOf(Math.min(...watched))] ?? null;
  if (![logs.loss, logs.val_loss ?? 0].every(Number.isFinite)) diverge(run);
}

/** A loss that is not a number stays so: stop at the step where it is seen. @param {Run} run */
function diverge(run) {
  if (run.status === 'diverged') return;
  run.status = 'diverged';
  run.divergedAt = run.steps;
  run.model?.stop();
}

/** @param {Run} run @param {any} end what fit resolved to */
function finish(run, end) {
  run.restoredEpoch = end.restoredEpoch ?? null;
  run.bestEpoch = end.bestEpoch ?? run.bestEpoch;
  if (run.status === 'diverged') return;
  run.status = end.stopped === 'early_stopping' ? 'early' : end.stopped === 'user' ? 'stopped' : 'done';
}

/** Train → Pause → Resume: the one slot. */
export async function togglePause() {
  const run = studio.active;
  if (!run?.model) return;
  if (run.status === 'paused') {
    run.status = 'running';
    await run.model.resume();
  } else {
    run.status = 'paused';
    await run.model.pause();
  }
  studio.changed();
}

/** Ends the active run at its next step; the queue goes on. */
export async function stopRun() {
  await studio.active?.model?.stop();
}

/** Milliseconds after which a deleted run's model is freed: a little longer than Undo is on offer. */
const disposeAfter = 7000;

/** @type {Map<Run, number>} timers of deleted runs */
const deleted = new Map();

/** Takes a run out of the table; its model is freed once Undo is over. @param {Run} run */
export function removeRun(run) {
  const { project } = studio;
  if (!project) return;
  if (run === studio.active) stopRun();
  project.runs.splice(project.runs.indexOf(run), 1);
  if (project.focus === run.id) project.focus = project.runs.at(-1)?.id ?? null;
  deleted.set(run, window.setTimeout(() => {
    deleted.delete(run);
    run.model?.dispose();
    run.model = null;
  }, disposeAfter));
  pump();
}

/** @param {Run} run @param {number} index where it stood */
export function restoreRun(run, index) {
  clearTimeout(deleted.get(run));
  if (!deleted.delete(run) || !studio.project) return;
  studio.project.runs.splice(index, 0, run);
  studio.focus(run.id);
}

/** Looks at the test part, and counts the looks. @param {Run} run */
export async function evaluateRun(run) {
  if (!run.model) return;
  try {
    run.test = await run.model.evaluate(run.prepared.test.x, run.prepared.test.y);
    run.looked += 1;
  } catch (error) {
    run.error = toError(error);
  }
  studio.changed();
}

/** Seconds until the run's planned end, or null while unknown. @param {Run} run */
export function secondsLeft(run) {
  const total = run.epochs * run.stepsPerEpoch;
  if (!run.steps || run.seconds < 0.3) return null;
  return (run.seconds / run.steps) * (total - run.steps);
}

// @ts-check
/**
 * What a training run looks like to the views, and the figures read off it.
 * Epochs are 0-based as in Keras; only what is shown to people counts from 1.
 *
 * @typedef {'queued'|'running'|'paused'|'loaded'|'done'|'early'|'stopped'|'diverged'|'error'} RunStatus
 *
 * @typedef {Object} Run
 * @property {string} id
 * @property {string} name
 * @property {number} series        1..6: which series colour and marker it wears
 * @property {RunStatus} status
 * @property {boolean} [pinned]     keeps its colour where there are more than six runs
 * @property {number|null} [params] number of parameters
 * @property {any} config           Keras model JSON
 * @property {any} compile
 * @property {any} fit
 * @property {number} epochs        planned
 * @property {{t: number, logs: Record<string, number>}[]} points  live values; t = epochs done, with fraction
 * @property {number[]} epoch
 * @property {Record<string, number[]>} history
 * @property {number[]} [penalty]   regularisation penalty of each epoch
 * @property {number[]} [dataLoss]  training loss without it
 * @property {number|null} [bestEpoch]
 * @property {number|null} [restoredEpoch]
 * @property {number} [seconds]
 * @property {any} [error]
 */

export const SERIES_COUNT = 6;

/** @param {Run} run */
export const isLive = (run) => run.status === 'running' || run.status === 'paused';

/** @param {Run} run */
export const hasEnded = (run) => !isLive(run) && run.status !== 'queued';

/**
 * Metrics that occur in the runs, loss first, without `val_` twins and the learning rate.
 * @param {Run[]} runs
 * @returns {string[]}
 */
export function metricsOf(runs) {
  const names = new Set(['loss']);
  for (const run of runs) {
    const live = run.points.at(-1)?.logs ?? {};
    for (const key of [...Object.keys(run.history), ...Object.keys(live)]) {
      if (!key.startsWith('val_') && key !== 'learning_rate') names.add(key);
    }
  }
  return [...names];
}

/**
 * Epoch of each entry of a history list. With `validation_freq` > 1 Keras
 * records validation only every so many epochs, so its lists are shorter.
 * @param {Run} run
 * @param {string} key
 * @returns {number[]}
 */
export function epochsOf(run, key) {
  const count = run.history[key]?.length ?? 0;
  if (count >= run.epoch.length) return run.epoch.slice(0, count);
  const every = Math.max(1, Math.floor(run.epoch.length / Math.max(count, 1)));
  const freq = Number(run.fit?.validation_freq) || every;
  return Array.from({ length: count }, (_, i) => run.epoch[(i + 1) * freq - 1] ?? run.epoch.at(-1) ?? 0);
}

/**
 * @param {Run} run
 * @param {string} key
 * @param {number} epoch
 * @returns {number|undefined}
 */
export function valueAt(run, key, epoch) {
  const i = epochsOf(run, key).indexOf(epoch);
  return i < 0 ? undefined : run.history[key][i];
}

/**
 * The best epoch as the engine reports it, else where validation loss (without
 * validation: loss) is lowest so far.
 * @param {Run} run
 * @returns {number|null}
 */
export function bestEpoch(run) {
  if (run.bestEpoch !== null && run.bestEpoch !== undefined) return run.bestEpoch;
  const key = run.history.val_loss?.length ? 'val_loss' : 'loss';
  const values = run.history[key] ?? [];
  let best = -1;
  values.forEach((value, i) => {
    if (Number.isFinite(value) && (best < 0 || value < values[best])) best = i;
  });
  return best < 0 ? null : epochsOf(run, key)[best];
}

/**
 * Validation loss minus training loss.
 * @param {Run} run
 * @param {number} [epoch] the last one without it
 * @returns {number|undefined}
 */
export function lossGap(run, epoch = run.epoch.at(-1)) {
  if (epoch === undefined) return undefined;
  const val = valueAt(run, 'val_loss', epoch);
  const train = valueAt(run, 'loss', epoch);
  return val === undefined || train === undefined ? undefined : val - train;
}

/**
 * Where over-fitting sets in: the epoch of best validation loss, once
 * validation loss has risen by at least 2 % over at least three epochs while
 * training loss fell.
 * @param {Run} run
 * @returns {number|null}
 */
export function overfitOnset(run) {
  const val = run.history.val_loss ?? [];
  const epochs = epochsOf(run, 'val_loss');
  if (!val.length || !val.every(Number.isFinite)) return null;
  const best = val.indexOf(Math.min(...val));
  const last = val.length - 1;
  if (last - best < 3 || val[last] < val[best] * 1.02) return null;
  const before = valueAt(run, 'loss', epochs[best]);
  const after = valueAt(run, 'loss', epochs[last]);
  return before !== undefined && after !== undefined && after < before ? epochs[best] : null;
}

// @ts-check
/** From runs to the curves of one picture. Pure: no DOM, no canvas. */
import { bestEpoch, epochsOf, isLive, overfitOnset, SERIES_COUNT, valueAt } from './run.js';
import { robustMax, roundUp, smooth } from './scale.js';

/** @typedef {import('./run.js').Run} Run */
/** @typedef {'train'|'val'} Split */
/** @typedef {'full'|'data'|'both'} PenaltyMode loss with penalty | data loss | both */

/**
 * @typedef {Object} Curve
 * @property {Run} run
 * @property {Split} split
 * @property {boolean} focus
 * @property {boolean} grey
 * @property {number[]} x   1-based epochs, with fractions while an epoch runs
 * @property {number[]} y   finite
 * @property {boolean} broken  the values after the last one are not finite
 */

/**
 * @typedef {Object} Scene
 * @property {Curve[]} curves
 * @property {[number, number]} x
 * @property {{run: Run, x: number[], low: number[], high: number[]}[]} penalties  areas from data loss up to loss
 * @property {{run: Run, epoch: number}[]} best   0-based epochs of the hollow markers
 * @property {number|null} onset  0-based epoch where the focus run begins to over-fit
 * @property {number[]} rateChanges  0-based epochs where the focus run's learning rate changed
 */

/**
 * Live values of the epoch that is running (and of the first one for as long
 * as it is the only one: a single point says little).
 * @param {Run} run
 * @param {string} metric
 * @param {number} penalty subtracted from each
 */
function livePoints(run, metric, penalty) {
  const done = run.epoch.length;
  const last = run.epoch.at(-1);
  const from = last === undefined ? -Infinity : last + 1;
  const points = done === 1
    ? run.points.filter((point) => point.t !== from)
    : run.points.filter((point) => (isLive(run) || !done) && point.t > from);
  return points.filter((point) => metric in point.logs)
    .map((point) => /** @type {[number, number]} */ ([point.t, point.logs[metric] - penalty]));
}

/**
 * @param {Run} run
 * @param {string} metric
 * @param {Split} split
 * @param {{penalty: PenaltyMode, smoothing: number, focus: string|null, grey: boolean}} options
 * @returns {Curve}
 */
function curveOf(run, metric, split, options) {
  const key = split === 'val' ? `val_${metric}` : metric;
  const bare = metric === 'loss' && options.penalty === 'data';
  /** @type {[number, number][]} */
  let pairs = epochsOf(run, key).map((epoch, i) => {
    const value = run.history[key][i] - (bare ? run.penalty?.[run.epoch.indexOf(epoch)] ?? 0 : 0);
    return [epoch + 1, value];
  });
  if (split === 'train') {
    pairs = [...pairs, ...livePoints(run, metric, bare ? run.penalty?.at(-1) ?? 0 : 0)].sort((a, b) => a[0] - b[0]);
  }
  const end = pairs.findIndex(([, value]) => !Number.isFinite(value));
  if (end >= 0) pairs = pairs.slice(0, end);
  return {
    run, split, grey: options.grey, focus: run.id === options.focus,
    x: pairs.map(([x]) => x),
    y: smooth(pairs.map(([, y]) => y), options.smoothing),
    broken: end >= 0 || (run.status === 'diverged' && split === 'train'),
  };
}

/** @param {Run} run */
function penaltyArea(run) {
  const epochs = epochsOf(run, 'loss');
  const high = epochs.map((epoch) => valueAt(run, 'loss', epoch) ?? NaN);
  const low = high.map((value, i) => value - (run.penalty?.[i] ?? 0));
  return { run, x: epochs.map((e) => e + 1), low, high };
}

/**
 * @param {Run[]} runs
 * @param {{metric: string, focus: string|null, penalty: PenaltyMode, smoothing: number}} options
 * @returns {Scene}
 */
export function sceneOf(runs, { metric, focus, penalty, smoothing }) {
  const crowded = runs.length > SERIES_COUNT;
  const shown = runs.filter((run) => run.status !== 'queued');
  const curves = shown.flatMap((run) => {
    const grey = crowded && !run.pinned && run.id !== focus && !isLive(run);
    const options = { penalty, smoothing, focus, grey };
    return [curveOf(run, metric, 'train', options), curveOf(run, metric, 'val', options)];
  }).filter((curve) => curve.x.length || curve.broken);
  // Focus last: uPlot draws in this order, and it belongs on top.
  curves.sort((a, b) => Number(a.focus) - Number(b.focus));

  const focusRun = shown.find((run) => run.id === focus);
  const end = Math.max(1, ...shown.map(lastShown));
  const early = shown.some((run) => run.epoch.length < 2 && run.points.length) || end === 1;
  return {
    curves,
    x: [early ? 0 : 1, end],
    penalties: metric === 'loss' && penalty === 'both'
      ? shown.filter((run) => run.penalty?.some((value) => value > 0)).map(penaltyArea) : [],
    best: shown.filter((run) => run.history.val_loss?.length > 1).flatMap((run) => {
      const epoch = bestEpoch(run);
      return epoch === null || (isLive(run) && epoch === run.epoch.at(-1)) ? [] : [{ run, epoch }];
    }),
    onset: focusRun && metric === 'loss' ? overfitOnset(focusRun) : null,
    rateChanges: focusRun ? rateChanges(focusRun) : [],
  };
}

/**
 * Where the axis ends for a run: at its last epoch; while it trains at its
 * planned end, but a long plan is unrolled in steps (it may stop early).
 * @param {Run} run
 */
function lastShown(run) {
  const done = run.epoch.length ? run.epoch[run.epoch.length - 1] + 1 : 0;
  return isLive(run) ? Math.min(run.epochs, Math.max(20, roundUp(2 * done || 1))) : done;
}

/** @param {Run} run */
function rateChanges(run) {
  const rates = run.history.learning_rate ?? [];
  return epochsOf(run, 'learning_rate').filter((_, i) => i > 0 && rates[i] !== rates[i - 1]);
}

/**
 * Lowest and highest value worth showing between two epochs.
 * A diverged run counts only up to ten times its first value.
 * @param {Scene} scene
 * @param {[number, number]} x
 * @returns {[number, number]|null}
 */
export function valueRange(scene, [from, to]) {
  /** @type {number[]} */
  const values = [];
  for (const { x, y, run, broken } of scene.curves) {
    const limit = broken || run.status === 'diverged' ? Math.abs(y[0]) * 10 : Infinity;
    y.forEach((value, i) => {
      if (x[i] >= from && x[i] <= to && Math.abs(value) <= limit) values.push(value);
    });
  }
  for (const { low } of scene.penalties) values.push(...low.filter(Number.isFinite));
  return values.length ? [Math.min(...values), robustMax(values)] : null;
}

/**
 * A curve's value at an x between its points.
 * @param {{x: number[], y: number[]}} curve
 * @param {number} x
 * @returns {number|null}
 */
export function valueOn(curve, x) {
  const i = curve.x.findIndex((at) => at >= x);
  if (i < 0 || (i === 0 && curve.x[0] > x)) return null;
  if (curve.x[i] === x) return curve.y[i];
  const part = (x - curve.x[i - 1]) / (curve.x[i] - curve.x[i - 1]);
  return curve.y[i - 1] + part * (curve.y[i] - curve.y[i - 1]);
}


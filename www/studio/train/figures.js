// @ts-check
/** What the runs table shows of a run. Pure. */
import { bestEpoch, hasEnded, lossGap, valueAt } from '../../charts/run.js';

/** @typedef {import('../../charts/run.js').Run} Run */

/**
 * The metric shown beside the loss: the first one the runs have, accuracy preferred.
 * @param {Run[]} runs
 * @returns {string|null}
 */
export function secondMetric(runs) {
  const keys = runs.flatMap((run) => Object.keys(run.history)).filter((key) => key.startsWith('val_') && key !== 'val_loss');
  const key = keys.find((k) => /acc/.test(k)) ?? keys.find((k) => k === 'val_mae') ?? keys[0];
  return key ? key.slice(4) : null;
}

/** Larger is better for these. @param {string|null} metric */
export const risesWithQuality = (metric) => /acc|precision|recall|auc|f1|fbeta|iou|io_u|r2|true_|sensitivity|specificity|correlation|cosine/i.test(metric ?? '');

/**
 * @param {Run} run
 * @param {string|null} metric
 * @param {number|null} cursor 0-based epoch; null for the best epoch
 */
export function figuresOf(run, metric, cursor) {
  const best = bestEpoch(run);
  const at = cursor ?? best;
  return {
    best,
    valLoss: at === null ? undefined : valueAt(run, 'val_loss', at) ?? (run.history.val_loss ? undefined : valueAt(run, 'loss', at)),
    metric: at === null || !metric ? undefined : valueAt(run, `val_${metric}`, at),
    gap: lossGap(run, cursor ?? undefined),
  };
}

/**
 * Ids by lowest validation loss; runs without one keep their place behind.
 * @param {Run[]} runs
 * @returns {string[]}
 */
export function rank(runs) {
  /** @param {Run} run */
  const loss = (run) => {
    const { valLoss } = figuresOf(run, null, null);
    return hasEnded(run) && valLoss !== undefined && Number.isFinite(valLoss) ? valLoss : Infinity;
  };
  return runs.map((run, i) => ({ id: run.id, loss: loss(run), i }))
    .sort((a, b) => (a.loss === b.loss ? a.i - b.i : a.loss - b.loss)).map(({ id }) => id);
}

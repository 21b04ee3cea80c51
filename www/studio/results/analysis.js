// @ts-check
/**
 * What predictions say: confusion, precision and recall, errors. Pure.
 *
 * @typedef {'binary'|'classification'|'regression'} Task
 * @typedef {{data: ArrayLike<number>, shape: number[]}} Predictions
 */

/**
 * Probability of each class for row `i`. One sigmoid output p gives [1 − p, p].
 * @param {Predictions} predictions
 * @param {number} i
 * @returns {number[]}
 */
export function probabilitiesOf({ data, shape }, i) {
  const width = shape[1] ?? 1;
  if (width === 1) return [1 - data[i], data[i]];
  return Array.from({ length: width }, (_, k) => data[i * width + k]);
}

/**
 * The class called for each row: the largest probability; for one output
 * strictly above ½, as Keras counts binary accuracy.
 * @param {Predictions} predictions
 * @returns {number[]}
 */
export function calledClasses(predictions) {
  return Array.from({ length: predictions.shape[0] }, (_, i) => argmax(probabilitiesOf(predictions, i)));
}

/** First of the largest. @param {number[]} values */
export function argmax(values) {
  return values.reduce((best, value, k) => (value > values[best] ? k : best), 0);
}

/**
 * counts[truth][called].
 * @param {ArrayLike<number>} truth class ids
 * @param {ArrayLike<number>} called class ids
 * @param {number} count number of classes
 * @returns {number[][]}
 */
export function confusion(truth, called, count) {
  const matrix = Array.from({ length: count }, () => Array(count).fill(0));
  for (let i = 0; i < truth.length; i++) matrix[truth[i]][called[i]] += 1;
  return matrix;
}

/**
 * Precision: of those called so, how many were so. Recall: of those that were
 * so, how many were called so. f1: their harmonic mean. NaN where nothing counts.
 * @param {number[][]} matrix counts[truth][called]
 */
export function perClass(matrix) {
  return matrix.map((row, k) => {
    const hits = row[k];
    const support = row.reduce((sum, n) => sum + n, 0);
    const precision = hits / matrix.reduce((sum, other) => sum + other[k], 0);
    const recall = hits / support;
    return { precision, recall, f1: (2 * precision * recall) / (precision + recall), support };
  });
}

/**
 * The mistakes made most often.
 * @param {number[][]} matrix
 * @param {number} most
 * @returns {{truth: number, called: number, count: number}[]}
 */
export function confusedPairs(matrix, most) {
  return matrix
    .flatMap((row, truth) => row.map((count, called) => ({ truth, called, count })))
    .filter(({ truth, called, count }) => truth !== called && count > 0)
    .sort((a, b) => b.count - a.count)
    .slice(0, most);
}

/**
 * Rows of one cell of the matrix, most confident first.
 * @param {ArrayLike<number>} truth
 * @param {number[]} called
 * @param {Predictions} predictions
 * @param {{truth: number, called: number}} cell
 * @returns {number[]} row numbers
 */
export function cellRows(truth, called, predictions, cell) {
  const rows = called.flatMap((k, i) => (k === cell.called && truth[i] === cell.truth ? [i] : []));
  const confidence = (/** @type {number} */ i) => probabilitiesOf(predictions, i)[cell.called];
  return rows.sort((a, b) => confidence(b) - confidence(a));
}

/**
 * Error (predicted − true) of each row, with its mean size (MAE), the root of
 * its mean square (RMSE) and its mean (bias).
 * @param {ArrayLike<number>} truth
 * @param {ArrayLike<number>} predicted
 */
export function errorsOf(truth, predicted) {
  const errors = Array.from(truth, (value, i) => predicted[i] - value);
  const mean = (/** @type {number[]} */ values) => values.reduce((sum, v) => sum + v, 0) / values.length;
  return {
    errors,
    mae: mean(errors.map(Math.abs)),
    rmse: Math.sqrt(mean(errors.map((e) => e * e))),
    bias: mean(errors),
  };
}

/**
 * Counts in bins of a round width (1, 2 or 5 times a power of ten); zero is
 * always an edge, so that no bin mixes too high with too low.
 * @param {number[]} values
 * @param {number} bins about how many
 * @returns {{width: number, start: number, counts: number[]}}
 */
export function histogram(values, bins = 15) {
  const finite = values.filter(Number.isFinite);
  const low = Math.min(...finite);
  const high = Math.max(...finite);
  if (!finite.length) return { width: 1, start: 0, counts: [] };
  const rough = (high - low || Math.abs(high) || 1) / bins;
  const decade = 10 ** Math.floor(Math.log10(rough));
  const width = Number(((([1, 2, 5].find((s) => s * decade >= rough * (1 - 1e-9)) ?? 10)) * decade).toPrecision(3));
  const first = Math.floor(low / width + 1e-9);
  const counts = Array(Math.floor(high / width + 1e-9) - first + 1).fill(0);
  for (const value of finite) counts[Math.floor(value / width + 1e-9) - first] += 1;
  return { width, start: Number((first * width).toPrecision(6)), counts };
}

/** Rows by size of their error, largest first. @param {number[]} errors */
export const worstRows = (errors) => errors.map((_, i) => i).sort((a, b) => Math.abs(errors[b]) - Math.abs(errors[a]));

// @ts-check
/** Pure arithmetic of axes: stepped ranges, ticks, label positions, smoothing. */

const STEPS = [1, 1.2, 1.6, 2, 2.5, 3, 4, 5, 6, 8, 10];

/**
 * Smallest "round" number not below a positive value.
 * @param {number} value
 */
export function roundUp(value) {
  const decade = 10 ** Math.floor(Math.log10(value));
  const step = STEPS.find((s) => s * decade >= value * (1 - 1e-9)) ?? 10;
  return Number((step * decade).toPrecision(3));
}

/**
 * A range that holds [low, high] and stays as it is while it fits: it changes
 * in steps, so that axes do not move with every frame.
 * @param {number} low
 * @param {number} high
 * @param {[number, number]|null} previous
 * @param {number} [ceiling] largest possible value (1 for accuracy)
 * @returns {[number, number]}
 */
export function steppedRange(low, high, previous, ceiling = Infinity) {
  const span = previous ? previous[1] - previous[0] : 0;
  if (previous && low >= previous[0] && high <= previous[1] && high - low > span / 3) return previous;
  if (low >= 0 && low < high / 2) return [0, Math.min(roundUp(high || 1), ceiling)];
  const width = roundUp(Math.max(high - low, Math.abs(high) * 0.02, 1e-6));
  const decade = 10 ** Math.floor(Math.log10(width / 6));
  const unit = ([1, 2, 5].find((s) => s * decade >= width / 6) ?? 10) * decade;
  const from = Number((Math.floor(low / unit) * unit).toPrecision(6));
  const to = Number((Math.ceil(high / unit) * unit).toPrecision(6));
  return [from, Math.min(to > from ? to : from + width, Math.max(ceiling, from + unit))];
}

/**
 * Upper end of the values worth showing. A loss that starts at hundreds and
 * ends at ten would press every curve onto the axis; then the first few values
 * may leave through the top.
 * @param {number[]} values
 */
export function robustMax(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const max = sorted[sorted.length - 1];
  if (sorted.length < 20) return max;
  const p75 = sorted[Math.floor(sorted.length * 0.75)];
  return max > 20 * p75 && p75 > 0 ? 3 * p75 : max;
}

/**
 * Whole epochs to label on an axis from `min` to `max`.
 * @param {number} min
 * @param {number} max
 * @param {number} most how many labels fit
 */
export function epochTicks(min, max, most) {
  const span = Math.max(max - min, 1);
  let step = 1;
  // No step of two: beside the first epoch, 1, it would label 1, 2, 4.
  for (let decade = 1; span / step > most; decade *= 10) {
    step = (decade === 1 ? [5, 10] : [2 * decade, 5 * decade, 10 * decade]).find((s) => span / s <= most) ?? 10 * decade;
  }
  const first = Math.ceil(min);
  const ticks = first % step ? [first] : [];
  for (let tick = Math.ceil(first / step) * step; tick <= max; tick += step) ticks.push(tick);
  if (ticks.length > 1 && ticks[0] % step && ticks[1] - ticks[0] < step / 2) ticks.splice(1, 1);
  return ticks;
}

/**
 * Values to label from `min` to `max`, at multiples of a round step; one that
 * meets both ends if there is one.
 * @param {number} min
 * @param {number} max
 * @param {number} most how many intervals fit
 * @returns {number[]}
 */
export function valueTicks(min, max, most) {
  const decade = Math.floor(Math.log10((max - min) / most));
  const steps = [decade, decade + 1].flatMap((d) => [1, 2, 4, 5].map((s) => Number(`${s}e${d}`)))
    .filter((step) => (max - min) / step <= most + 1e-9);
  const whole = (/** @type {number} */ n) => Math.abs(n - Math.round(n)) < 1e-6;
  const step = steps.find((s) => whole(min / s) && whole(max / s)) ?? steps.find((s) => !String(s).includes('4')) ?? max - min;
  const first = Math.ceil(min / step - 1e-6);
  const count = Math.floor(max / step + 1e-6) - first + 1;
  return Array.from({ length: count }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/**
 * Pushes positions apart to at least `gap`, keeping their order and staying
 * within [min, max] where they fit.
 * @param {number[]} positions
 * @param {number} gap
 * @param {number} min
 * @param {number} max
 * @returns {number[]} in the order given
 */
export function spread(positions, gap, min, max) {
  const order = positions.map((_, i) => i).sort((a, b) => positions[a] - positions[b]);
  const placed = order.map((i) => positions[i]);
  for (let k = 0; k < placed.length; k++) {
    placed[k] = Math.max(placed[k], k ? placed[k - 1] + gap : min);
  }
  for (let k = placed.length - 1; k >= 0; k--) {
    placed[k] = Math.min(placed[k], k < placed.length - 1 ? placed[k + 1] - gap : max);
  }
  /** @type {number[]} */
  const result = [];
  order.forEach((i, k) => { result[i] = placed[k]; });
  return result;
}

/**
 * Exponential moving average s ← w·s + (1 − w)·y, divided by 1 − wⁿ so that
 * the first values are not pulled towards zero.
 * @param {number[]} values
 * @param {number} weight 0..0.9
 */
export function smooth(values, weight) {
  if (!weight) return values;
  let sum = 0;
  let norm = 0;
  return values.map((value) => {
    sum = weight * sum + (1 - weight) * value;
    norm = weight * norm + (1 - weight);
    return sum / norm;
  });
}

/**
 * A figure with as many decimals as it needs in a column of its like.
 * @param {number|null|undefined} value
 */
export function figure(value) {
  if (value === null || value === undefined || Number.isNaN(value)) return '–';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  const size = Math.abs(value);
  const text = size >= 1e5 || (size > 0 && size < 1e-4)
    ? value.toExponential(1)
    : value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : size >= 0.01 || size === 0 ? 3 : 5);
  return text.replace('-', '−');
}

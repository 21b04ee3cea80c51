// The benchmark's tables, each goal beside what was measured.
import { INFERENCE, WORKLOADS } from './page/workloads.js';

const NAMES = {
  dojo: 'Model Dojo, 2 threads',
  dojo_single: 'Model Dojo, 1 thread',
  tfjs: 'TensorFlow.js wasm, 2 threads',
  tfjs_single: 'TensorFlow.js wasm, 1 thread',
  jaxjs: 'jax-js wasm',
  keras_tf: 'Keras, TensorFlow',
  keras_jax: 'Keras, JAX',
  torch: 'PyTorch',
};

/** How many times the best of these systems' time may be used, by workload. */
const GOALS = [
  { against: ['keras_tf', 'keras_jax', 'torch'], what: 'the best native framework', ratios: { W1: 0.5, W2: 0.5, W3: 0.1, W4base: 0.05, W4bigger: 0.2, W5: 0.9 } },
  { against: ['tfjs'], what: NAMES.tfjs, ratios: { W1: 0.05, W3: 0.05, W4base: 0.01, W4bigger: 0.005 } },
  { against: ['jaxjs'], what: NAMES.jaxjs, ratios: { W1: 0.25, W3: 0.1, W4base: 0.02, W4bigger: 0.05, W5: 0.005 } },
];

/** Of products: which of them, and what the median times are to be. */
const PRODUCT_GOALS = [
  { what: 'one thread, share of the peak', among: (name) => /^(256|512|1024)³$/.test(name), least: 0.85, ratio: (row) => row.peak.median_ms / row.dojo_single.median_ms },
  { what: 'one thread, times as fast as ndarray', among: (name) => !/³, /.test(name), least: 1.5, ratio: (row) => row.ndarray.median_ms / row.dojo_single.median_ms },
  { what: 'two threads, times as fast as one', among: (name) => /^(forward|dW|dX)/.test(name), least: 1.8, ratio: (row) => row.dojo_single.median_ms / row.dojo.median_ms },
  { what: 'transposed, times as fast as not', among: (name) => /^512³, /.test(name), least: 0.95, ratio: (row, rows) => rows['512³'].dojo_single.median_ms / row.dojo_single.median_ms },
];

/** PyTorch is several GB, so most runs do without: what it took in an earlier one, eager, on two processors. */
const TORCH_EARLIER = { W1: '1.0–1.4', W2: '8–12', W3: '4.0–6.6', W4base: '20–25', W4bigger: '99', W5: '9–11' };

const figure = (number) => (number >= 100 ? number.toFixed(0) : number.toPrecision(3));

/** A Markdown table; the first column is left, the others right. */
function markdown(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), `|---|${'---:|'.repeat(head.length - 1)}`, ...rows.map(line), ''].join('\n');
}

const verdict = (reached) => (reached ? 'yes' : '**no**');

const unitOf = (name) => (name in INFERENCE ? 'image' : WORKLOADS[name].perEpoch ? 'epoch' : 'step');

/** Milliseconds per step, epoch or image, median and best. */
export function trainingTable(results) {
  const systems = [...new Set(Object.values(results).flatMap((row) => Object.keys(row)))];
  const cell = (entry) => (entry?.median_ms === undefined ? (entry?.error ? 'fails' : '–') : `${figure(entry.median_ms)} / ${figure(entry.best_ms)}`);
  const rows = Object.entries(results).map(([name, row]) => [`${name}, ${unitOf(name)}`, ...systems.map((system) => cell(row[system]))]);
  const table = markdown(['ms, median / best', ...systems.map((name) => NAMES[name])], rows);
  const earlier = Object.entries(TORCH_EARLIER).filter(([name]) => results[name]?.keras_jax && !results[name].torch);
  if (!earlier.length) return table;
  return `${table}\nPyTorch was not measured in this run. Earlier, on a machine of two processors: ${earlier.map(([name, ms]) => `${name} ${ms}`).join(', ')} ms.\n`;
}

/** The goals that this run can judge, beside what it measured. */
export function trainingGoals(results) {
  const rows = [];
  for (const { against, what, ratios } of GOALS) {
    for (const [name, goal] of Object.entries(ratios)) {
      const row = results[name] ?? {};
      const others = against.map((system) => row[system]?.median_ms).filter((ms) => ms !== undefined);
      if (!others.length || row.dojo?.median_ms === undefined) continue;
      const ratio = row.dojo.median_ms / Math.min(...others);
      rows.push([`${name}, time against ${what}`, `≤ ${goal}`, ratio.toPrecision(2), verdict(ratio <= goal)]);
    }
  }
  return rows;
}

/** GFLOP/s, median and best. */
export function productTable(rows, shapes) {
  const cell = (name, { median_ms, best_ms }) => {
    const [m, k, n] = shapes[name];
    return [median_ms, best_ms].map((ms) => ((2 * m * k * n) / ms / 1e6).toFixed(0)).join(' / ');
  };
  const columns = { 'two threads': 'dojo', 'one thread': 'dojo_single', 'ndarray, one thread': 'ndarray', 'peak of one thread': 'peak' };
  const lines = Object.entries(rows).map(([name, row]) => [name, ...Object.values(columns).map((system) => cell(name, row[system]))]);
  return markdown(['GFLOP/s, median / best', ...Object.keys(columns)], lines);
}

export function productGoals(rows) {
  return PRODUCT_GOALS.flatMap(({ what, among, least, ratio }) =>
    Object.keys(rows).filter(among).map((name) => {
      const value = ratio(rows[name], rows);
      return [`${name}: ${what}`, `≥ ${least}`, value.toPrecision(2), verdict(value >= least)];
    }),
  );
}

/** Data, memory, start and sizes: what it is, the goal, what was measured, whether it was reached. */
export function figureGoals({ csv = [], images, start, sizes = [] }) {
  const rows = csv.map(({ name, megabytes, median_ms }) => {
    const speed = (megabytes * 1000) / median_ms;
    const goal = name === 'ten numbers' ? ['≥ 150 MB/s', verdict(speed >= 150)] : ['', ''];
    return [`CSV of ${megabytes} MB into columns, ${name}`, goal[0], `${speed.toFixed(0)} MB/s`, goal[1]];
  });
  if (images) {
    const ratio = images.bytes / images.own;
    rows.push(['memory of 60,000 images of 28×28, against their bytes', '≤ 1.3', ratio.toPrecision(3), verdict(ratio <= 1.3)]);
  }
  if (start) rows.push(['from navigation to the first training step, empty cache', '≤ 1000 ms', `${start.median_ms.toFixed(0)} ms`, verdict(start.median_ms <= 1000)]);
  return [...rows, ...sizes.map(({ name, kilobytes }) => [`size of pkg/${name}, gzipped`, '', `${kilobytes.toFixed(0)} kB`, ''])];
}

export const goalTable = (rows) => (rows.length ? markdown(['', 'goal', 'measured', 'reached'], rows) : '');

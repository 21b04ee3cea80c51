// The benchmark's tables.

/** How many times the best of these systems' time may be used, by workload. */
const GOALS = [
  { against: ['keras_tf', 'keras_jax', 'torch'], what: 'the best native framework', ratios: { W1: 0.5, W2: 0.5, W3: 0.1, W4base: 0.05, W4bigger: 0.2, W5: 0.9 } },
  { against: ['tfjs'], what: 'TensorFlow.js wasm, two threads', ratios: { W1: 0.05, W3: 0.05, W4base: 0.01, W4bigger: 0.005 } },
  { against: ['jaxjs'], what: 'jax-js wasm', ratios: { W1: 0.25, W3: 0.1, W4base: 0.02, W4bigger: 0.05, W5: 0.005 } },
];

const figure = (ms) => (ms >= 100 ? ms.toFixed(0) : ms.toPrecision(3));

/** Milliseconds per step (W3: per epoch), median and best. */
export function table(results) {
  const systems = [...new Set(Object.values(results).flatMap((row) => Object.keys(row)))];
  const cell = (entry) => (entry?.median_ms === undefined ? (entry?.error ? 'fails' : '–') : `${figure(entry.median_ms)} / ${figure(entry.best_ms)}`);
  const lines = Object.entries(results).map(([name, row]) => `| ${name} | ${systems.map((system) => cell(row[system])).join(' | ')} |`);
  return [`| ms, median / best | ${systems.join(' | ')} |`, `|---|${systems.map(() => '---|').join('')}`, ...lines, ''].join('\n');
}

/** The goals that this run can judge, beside what it measured. */
export function goals(results) {
  const lines = [];
  for (const { against, what, ratios } of GOALS) {
    for (const [name, goal] of Object.entries(ratios)) {
      const row = results[name] ?? {};
      const others = against.map((system) => row[system]?.median_ms).filter((ms) => ms !== undefined);
      if (!others.length || row.dojo?.median_ms === undefined) continue;
      const ratio = row.dojo.median_ms / Math.min(...others);
      lines.push(`| ${name} | ${what} | ≤ ${goal} | ${ratio.toPrecision(2)} | ${ratio <= goal ? 'yes' : 'no'} |`);
    }
  }
  return lines.length ? ['| workload | time against | goal | measured | reached |', '|---|---|---|---|---|', ...lines, ''].join('\n') : '';
}

// @ts-check
/** Runs as files to keep. */

/** @typedef {import('./run.js').Run} Run */

/**
 * @param {string} filename
 * @param {Blob} blob
 */
export function download(filename, blob) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = filename;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** @param {any} value */
const cell = (value) => {
  const text = value === undefined || value === null ? '' : String(value);
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/**
 * One line per run and epoch; epoch counts from 0 as in Keras.
 * @param {Run[]} runs
 */
export function runsToCsv(runs) {
  const keys = [...new Set(runs.flatMap((run) => Object.keys(run.history)))].sort();
  const lines = runs.flatMap((run) => run.epoch.map((epoch, i) =>
    [run.name, epoch, ...keys.map((key) => run.history[key]?.[i])].map(cell).join(',')));
  return [['run', 'epoch', ...keys].join(','), ...lines, ''].join('\n');
}

/**
 * Everything that describes and repeats a run. JSON has no NaN: non-finite
 * numbers become the strings NaN, Infinity, -Infinity.
 * @param {Run[]} runs
 */
export function runsToJson(runs) {
  const kept = runs.map(({ name, status, params, config, compile, fit, epoch, history, bestEpoch, restoredEpoch, seconds }) =>
    ({ name, status, params, config, compile, fit, epoch, history, bestEpoch, restoredEpoch, seconds }));
  return JSON.stringify(kept, (_, value) =>
    (typeof value === 'number' && !Number.isFinite(value) ? String(value) : value), 2);
}

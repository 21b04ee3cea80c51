// @ts-check
/**
 * A lesson's run, as the plot draws it.
 * @typedef {import('../charts/run.js').Run & {test?: Record<string, number>}} LessonRun
 */

/**
 * @param {import('./lesson.js').Variant} variant @param {string} name @param {number} index
 * @param {{epochs?: number}} fit
 * @returns {LessonRun}
 */
export function newRun(variant, name, index, fit) {
  return {
    id: `${index}`, name, series: (index % 6) + 1, status: 'running', config: variant.model, compile: {}, fit,
    epochs: fit.epochs ?? 1, points: [], epoch: [], history: {}, penalty: [], dataLoss: [],
  };
}

/**
 * Writes an event of the engine into a run.
 * @param {LessonRun} run @param {import('../engine/types').FitEvent} event
 */
export function record(run, event) {
  if (event.type === 'batch') {
    const { epoch, batch, batches, logs } = event;
    run.points.push({ t: epoch + (batch + 1) / (batches || batch + 1), logs });
  }
  if (event.type === 'epoch') {
    run.epoch.push(event.epoch);
    for (const [key, value] of Object.entries(event.logs)) (run.history[key] ??= []).push(value);
    run.penalty?.push(event.penalty);
    run.dataLoss?.push(event.dataLoss);
  }
}

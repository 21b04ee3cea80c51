// @ts-check
/** What callbacks keep and write while a run trains: checkpoints, logs, event files. The engine's calls are all here. */
import { download } from '../../charts/export.js';
import { asked } from '../results/asked.js';
import { studio } from '../state.js';

/**
 * @typedef {import('../types.js').Run} Run
 *
 * @typedef {object} RunFile as the engine hands it out
 * @property {string} path as the callback names it
 * @property {'checkpoint' | 'weights' | 'log' | 'events' | 'backup'} kind
 * @property {number} [epoch] 0-based
 * @property {Record<string, number>} [logs] figures of that epoch
 * @property {() => Promise<Uint8Array>} bytes
 */

/** The fit option by which a run hears of its files. @param {Run} run */
export const fileOptions = (run) => (typeof run.model.restore === 'function'
  ? { onFile: (/** @type {RunFile} */ file) => keepFile(run, file) } : {});

/** A file written again replaces what it was. @param {Run} run @param {RunFile} file */
export function keepFile(run, file) {
  run.files = [...run.files.filter(({ path, kind }) => path !== file.path || kind !== file.kind), file];
  studio.changed();
}

/** Whether a file holds weights that the run's model can take. @param {RunFile} file */
export const isRestorable = ({ kind }) => kind === 'checkpoint' || kind === 'weights' || kind === 'backup';

/** The run's model has these weights (and the optimizer its state) from now on. @param {Run} run @param {RunFile} file */
export async function restoreFile(run, file) {
  try {
    await run.model.restore(file);
    run.restoredEpoch = file.epoch ?? run.restoredEpoch;
    run.restoredFile = file.path;
    run.test = null;
    asked.delete(run); // what it says is asked again
  } catch (error) {
    studio.failed(error, 'error.restore', file.path);
  }
  studio.changed();
}

/** @param {RunFile} file */
export async function downloadFile(file) {
  try {
    download(file.path.split(/[\\/]/).at(-1) ?? file.path, new Blob([/** @type {BlobPart} */ (await file.bytes())]));
  } catch (error) {
    studio.failed(error, 'error.save', file.path);
  }
}

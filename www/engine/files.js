// @ts-check
/** Model files in the worker: pkg/formats, loaded when first needed, between the bytes and the session. */
import { loadPackage } from './variant.js';

/** @type {Promise<any> | undefined} */
let formats;

/** @param {string} pkg @returns {Promise<import('./types').FormatsModule>} */
const loadFormats = (pkg) => (formats ??= loadPackage(pkg, 'formats').catch((error) => { formats = undefined; throw error; }));

/**
 * @param {import('./types').Session} session @param {string} pkg
 * @param {Uint8Array} bytes a `.keras` or `.h5` file @param {number} seed
 * @returns {Promise<{id: number, metadata: any}>} the new model, and what the file says of its making
 */
export async function readModel(session, pkg, bytes, seed) {
  const { config, metadata, saved } = (await loadFormats(pkg)).read_model(bytes);
  const model = session.create_model(config, seed);
  try {
    session.load_weights(model, saved.layout, saved.weights);
  } catch (error) {
    session.drop_model(model);
    throw error;
  }
  return { id: model, metadata: JSON.parse(metadata ?? '{}') };
}

/**
 * @param {import('./types').Session} session @param {string} pkg @param {number} model
 * @param {Uint8Array} bytes a file of weights, or of a model
 */
export async function readWeights(session, pkg, model, bytes) {
  const { layout, weights } = (await loadFormats(pkg)).read_weights(bytes);
  session.load_weights(model, layout, weights);
}

/**
 * @param {import('./types').Session} session @param {string} pkg @param {number} model
 * @param {import('./types').ModelFormat} format
 * @returns {Promise<Uint8Array>} bytes of a file of this format
 */
export async function writeModel(session, pkg, model, format) {
  const { write_model: write } = await loadFormats(pkg);
  return write(format, session.model_config(model), session.saved(model, format));
}

/**
 * @param {string} pkg @param {import('./run-files.js').State} state
 * @returns {Promise<Uint8Array>} bytes of a `.keras` or `.weights.h5` file
 */
export async function writeState(pkg, { format, config, weights }) {
  const { write_model: write } = await loadFormats(pkg);
  return write(format, config, { layout: 'paths', weights });
}

// @ts-check
/** Model files in the worker: pkg/formats, loaded when first needed, between the bytes and the session. */
import { loadPackage } from './variant.js';

/** @type {Promise<any> | undefined} */
let formats;

/** @param {string} pkg @returns {Promise<import('./types').FormatsModule>} */
const loadFormats = (pkg) => (formats ??= loadPackage(pkg, 'formats').catch((error) => { formats = undefined; throw error; }));

/**
 * @param {import('./types').Session} session @param {string} pkg @param {Uint8Array} bytes @param {number} seed
 * @returns {Promise<{id: number, metadata: any}>} the new model, and what the file says of its making
 */
export async function readModel(session, pkg, bytes, seed) {
  const { config, metadata, weights } = (await loadFormats(pkg)).read_keras(bytes);
  const model = session.create_model(config, seed);
  try {
    session.set_state(model, weights);
  } catch (error) {
    session.drop_model(model);
    throw error;
  }
  return { id: model, metadata: JSON.parse(metadata ?? '{}') };
}

/**
 * @param {import('./types').Session} session @param {string} pkg @param {number} model
 * @returns {Promise<Uint8Array>} bytes of a `.keras` file
 */
export const writeModel = (session, pkg, model) =>
  writeState(pkg, { format: 'keras', config: session.model_config(model), weights: session.state(model) });

/**
 * @param {string} pkg @param {import('./run-files.js').State} state
 * @returns {Promise<Uint8Array>} bytes of a `.keras` or `.weights.h5` file
 */
export async function writeState(pkg, state) {
  const { write_keras: keras, write_weights: weights } = await loadFormats(pkg);
  return state.format === 'keras' ? keras(state) : weights(state);
}

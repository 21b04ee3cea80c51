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
export async function writeModel(session, pkg, model) {
  const formatsModule = await loadFormats(pkg);
  return formatsModule.write_keras({ config: session.model_config(model), weights: session.state(model) });
}

// @ts-check
/** What `loadModel` is given: Keras JSON or the bytes of a `.keras` or `.h5` file, wherever they come from. */
import { toBytes } from './arrays.js';
import { DojoError } from './errors.js';

const ZIP = [0x50, 0x4b, 0x03, 0x04];
const HDF5 = [0x89, 0x48, 0x44, 0x46];
const NOW = 'This version reads .keras and .h5 files and Keras JSON (class_name and config).';

/**
 * @param {import('./types').ModelSource} source bytes, Keras JSON (object or text), `{filename: bytes}` or an address
 * @returns {Promise<{json: string} | {file: Uint8Array}>}
 */
export async function modelSource(source) {
  if (source instanceof URL) return fromAddress(source.href);
  if (typeof source === 'string') return source.trimStart().startsWith('{') ? fromJson(source) : fromAddress(source);
  if (source instanceof ArrayBuffer || source instanceof Blob || ArrayBuffer.isView(source)) {
    return fromBytes(await toBytes(source), 'the model');
  }
  if (source && typeof source === 'object' && 'class_name' in source) return fromJson(JSON.stringify(source));
  const files = Object.entries(source ?? {});
  if (files.length === 1) return fromBytes(await toBytes(/** @type {any} */ (files[0][1])), files[0][0]);
  throw new DojoError('unsupported_option', files.length
    ? `A model in several files (${files.map(([name]) => name).join(', ')}) cannot be read. ${NOW}`
    : `loadModel was given nothing to read. ${NOW}`);
}

/** @param {string} address */
async function fromAddress(address) {
  const url = new URL(address, globalThis.document?.baseURI);
  return fromBytes(await fetchBytes(url.href), url.pathname);
}

/**
 * @param {string} url
 * @returns {Promise<Uint8Array>}
 */
export async function fetchBytes(url) {
  let answer;
  try {
    answer = await fetch(url);
  } catch {
    throw new DojoError('network', `${url} could not be loaded: the site is out of reach or refuses other pages. Save the file and give its bytes.`);
  }
  if (!answer.ok) throw new DojoError('network', `${url} could not be loaded: status ${answer.status}.`);
  return new Uint8Array(await answer.arrayBuffer());
}

/** @param {Uint8Array} bytes @param {string} name */
function fromBytes(bytes, name) {
  const starts = (/** @type {number[]} */ magic) => magic.every((byte, i) => bytes[i] === byte);
  if (starts(ZIP) || starts(HDF5)) return { file: bytes };
  // A safetensors file: the length of its table of contents, then that.
  if (bytes[8] === 0x7b && bytes[7] === 0) {
    throw new DojoError('bad_file', `${name} is a safetensors file, which holds weights without a model. Load the model they belong to, then give this file to its loadWeights.`);
  }
  const text = new TextDecoder().decode(bytes);
  if (text.trimStart().startsWith('{')) return fromJson(text, name);
  throw new DojoError('bad_file', `${name} is neither a .keras or .h5 file nor JSON. ${NOW}`);
}

/** @param {string} text @param {string} [name] */
function fromJson(text, name = 'The model') {
  let config;
  try {
    config = JSON.parse(text);
  } catch (thrown) {
    throw new DojoError('bad_file', `${name} is not JSON: ${/** @type {Error} */ (thrown).message}.`);
  }
  if (config.modelTopology) throw new DojoError('unsupported_option', `${name} is a TensorFlow.js model, which cannot be read. ${NOW}`);
  if (typeof config.class_name !== 'string') throw new DojoError('bad_file', `${name} has no class_name. ${NOW}`);
  return { json: text };
}

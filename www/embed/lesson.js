// @ts-check
/**
 * A lesson: data, a model and its variants, described by JSON in Keras' names. What it leaves out
 * comes from the catalogue's data set that it names.
 *
 * @typedef {string | {en: string, ja: string}} Text
 * @typedef {{name: string, title?: Text, model: any, compile?: any, fit?: any}} Variant
 * @typedef {object} Lesson
 * @property {Text} title
 * @property {string} data          id in the catalogue, or the address of a CSV
 * @property {any} recipe           from data to features and labels
 * @property {{source: string, url: string}[]} files
 * @property {any} compile          optimizer, loss, metrics
 * @property {any} fit              epochs, batch_size, validation_split, callbacks …
 * @property {Variant[]} variants   the first is the one the lesson starts with
 * @property {boolean} ours         whether the studio has this data too
 */
import { home } from '../engine/engine.js';
import { DojoError } from '../engine/errors.js';
import { fetchBytes } from '../engine/source.js';

const dataBase = new URL('data/', home);

/**
 * @param {any} given a lesson's JSON @param {string} base address that its own addresses are relative to
 * @returns {Promise<Lesson>}
 */
export async function readLesson(given, base) {
  const entry = (await fetchJson(new URL('catalogue.json', dataBase).href)).find((/** @type {any} */ { id }) => id === given.data);
  if (!entry && (!given.recipe || !given.model)) {
    throw new DojoError('bad_file', `The lesson's data "${given.data}" is not in the catalogue: a lesson with its own data needs recipe and model.`);
  }
  const files = entry
    ? entry.files.map((/** @type {any} */ { source, path }) => ({ source, url: new URL(path, dataBase).href }))
    : [{ source: 'data', url: new URL(given.data, base).href }];
  const shared = { compile: { ...entry?.compile, ...given.compile }, fit: { ...entry?.fit, ...given.fit } };
  return {
    title: given.title ?? entry?.title ?? given.data,
    data: given.data,
    recipe: given.recipe ?? entry.recipe,
    files,
    ...shared,
    variants: variantsOf(given, entry),
    ours: Boolean(entry),
  };
}

/** @param {any} given @param {any} entry @returns {Variant[]} */
function variantsOf(given, entry) {
  if (!given.model) return entry.models.map((/** @type {any} */ { name, title, layers }) => ({ name, title, model: layers }));
  return [{ name: 'baseline', model: given.model }, ...(given.variants ?? []).map((/** @type {Partial<Variant>} */ variant) => ({ model: given.model, ...variant }))];
}

/** @param {string} url @returns {Promise<any>} */
export async function fetchJson(url) {
  return parse(new TextDecoder().decode(await fetchBytes(url)), url);
}

/** @param {string} text @param {string} where @returns {any} */
export function parse(text, where) {
  try {
    return JSON.parse(text);
  } catch (thrown) {
    throw new DojoError('bad_file', `${where} is not JSON: ${/** @type {Error} */ (thrown).message}.`);
  }
}

/**
 * Loads a lesson's data and runs its recipe.
 * @param {import('../engine/dojo.js').Dojo} dojo @param {Lesson} lesson
 * @param {string} prefix keeps the sources of several lessons apart in the engine
 */
export async function prepareLesson(dojo, { files, recipe }, prefix) {
  const bytes = await Promise.all(files.map(({ url }) => fetchBytes(url)));
  /** @type {import('../engine/dojo.js').DataSet[]} */
  const sources = [];
  for (const [i, { source }] of files.entries()) sources.push(await dojo.loadData(`${prefix}/${source}`, bytes[i], { transfer: true }));
  const prepared = await dojo.prepare(qualified(recipe, prefix, files[0].source));
  for (const source of sources) await source.drop();
  return prepared;
}

/** The recipe with its sources' names in the engine. @param {any} recipe @param {string} prefix @param {string} only */
function qualified(recipe, prefix, only) {
  const place = (/** @type {any} */ part) => ({ ...part, source: `${prefix}/${part?.source ?? only}` });
  const both = (/** @type {any} */ { features, label }) => ({ features: place(features), label: place(label) });
  return { ...recipe, ...both(recipe), ...(recipe.test && { test: both(recipe.test) }) };
}

/**
 * Keras JSON of a variant's model; a list of layers is a Sequential.
 * @param {any} model @param {number[]} inputShape
 */
export function kerasModel(model, inputShape) {
  if (!Array.isArray(model)) return model;
  const input = { class_name: 'InputLayer', config: { batch_shape: [null, ...inputShape] } };
  return { class_name: 'Sequential', config: { layers: [input, ...model] } };
}

/** Keras' option names as the JS module has them. @param {Record<string, any>} options */
export const camelCase = (options) => Object.fromEntries(Object.entries(options)
  .map(([name, value]) => [name.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase()), value]));

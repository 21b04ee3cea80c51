// @ts-check
/**
 * The catalogue as the studio uses it: kinds and tiles read off the recipes.
 *
 * @typedef {{en: string, ja: string}} Both
 * @typedef {object} Entry
 * @property {string} id
 * @property {Both} title
 * @property {Both} description
 * @property {string} licence
 * @property {string} source
 * @property {{source: string, path: string}[]} files
 * @property {any} recipe
 * @property {Both[]} [classes]
 * @property {{name: string, title: Both, layers: import('./types.js').KerasObject[]}[]} models
 * @property {import('./types.js').Kind} kind
 * @property {{file: string, columns: string[]}} tile what its tile shows
 * @property {import('./types.js').Draft} draft
 */

/** The folder of the catalogue and its files, beside the page. */
export const dataBase = new URL('data/', document.baseURI);

const seed = 42;

/** @returns {Promise<Entry[]>} */
export async function fetchCatalogue() {
  const answer = await fetch(new URL('catalogue.json', dataBase));
  if (!answer.ok) throw { code: 'network', message: `data/catalogue.json: ${answer.status}` };
  return (await answer.json()).map(entryOf);
}

/** @param {any} given @returns {Entry} */
function entryOf(given) {
  const { id, recipe, files, models, compile, fit } = given;
  const kind = kindOf(recipe);
  const test = recipe.test?.features.source;
  const file = files.find((/** @type {any} */ { source }) => source === test) ?? files[0];
  return {
    ...given,
    kind,
    recipe: qualified(recipe, id, files[0].source),
    tile: { file: file.path, columns: tileColumns(kind, recipe) },
    draft: {
      config: models[0].layers,
      compile: { ...compile, optimizer: optimizerOf(compile.optimizer) },
      fit: { callbacks: [], seed, ...fit },
    },
  };
}

/** What a recipe's samples are. @param {any} recipe @returns {import('./types.js').Kind} */
export function kindOf({ steps }) {
  const has = (/** @type {string} */ name) => steps.some((/** @type {any} */ { op }) => op === name);
  return has('text_vectorization') ? 'text' : has('rescale') ? 'image' : 'table';
}

/** Sources of different data sets may share a name, the engine's names are one list: `id/source`. @param {string} id @param {string} source */
export const sourceName = (id, source) => `${id}/${source}`;

/** @param {any} recipe @param {string} id @param {string} only the source that a recipe need not name */
function qualified(recipe, id, only) {
  const place = (/** @type {any} */ part) => ({ ...part, source: sourceName(id, part.source ?? only) });
  const both = (/** @type {any} */ { features, label }) => ({ features: place(features), label: place(label) });
  return { ...recipe, ...both(recipe), ...(recipe.test && { test: both(recipe.test) }) };
}

/** @param {import('./types.js').Kind} kind @param {any} recipe @returns {string[]} */
function tileColumns(kind, { features, label }) {
  if (kind === 'text') return features.columns;
  return kind === 'table' ? [label.column, ...features.columns.slice(-5, -2)] : [];
}

/** "adam" → the object form that the editor changes. @param {string | import('./types.js').KerasObject} optimizer */
function optimizerOf(optimizer) {
  if (typeof optimizer !== 'string') return optimizer;
  const names = /** @type {Record<string, [string, number]>} */ ({ adam: ['Adam', 0.001], rmsprop: ['RMSprop', 0.001], sgd: ['SGD', 0.01] });
  const [class_name, learning_rate] = names[optimizer] ?? [optimizer, 0.001];
  return { class_name, config: { learning_rate } };
}

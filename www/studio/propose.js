// @ts-check
import { activationFor } from './checks.js';

/**
 * A recipe and a model for a file nobody described: proposed from its columns.
 *
 * @typedef {'feature' | 'label' | 'ignore'} Role
 * @typedef {'number' | 'category' | 'text' | 'other'} Use what a column can be used as
 * @typedef {{name: string, type: string, missing: number, distinct: number}} ColumnInfo as the engine describes it
 * @typedef {ColumnInfo & {use: Use, classes: boolean, role: Role}} Column
 */

/** Rows looked at to judge a column. */
export const judgedRows = 2000;
const mostCategories = 20;
const mostClasses = 20;
/** The engine counts different values no further. */
const mostCounted = 10_000;
const vocabulary = 10000;
const wordsPerText = 64;

/**
 * Judges the columns of a table and gives each a role.
 * @param {ColumnInfo[]} columns
 * @param {(string | null)[][]} cells the first rows
 * @param {number} rows how many there are
 * @returns {Column[]}
 */
export function judgeColumns(columns, cells, rows) {
  const judged = columns.map((column, i) => {
    const values = /** @type {string[]} */ (cells.map((row) => row[i]).filter((cell) => cell !== null));
    const use = useOf(column, values);
    return { ...column, use, classes: areClasses(column, values), role: /** @type {Role} */ ('feature') };
  });
  const label = labelOf(judged);
  const text = judged.find(({ use }, i) => use === 'text' && i !== label);
  judged.forEach((column, i) => {
    const isId = column.distinct === Math.min(rows, mostCounted) && /^(id|index|no\.?|#|unnamed.*|passengerid)$/i.test(column.name);
    if (i === label) column.role = 'label';
    // Text vectorization eats one text alone, so a text goes before all other columns.
    else if (text ? column !== text : column.use === 'other' || isId) column.role = 'ignore';
  });
  return judged;
}

/** @param {ColumnInfo} column @param {string[]} values @returns {Use} */
function useOf({ type, distinct }, values) {
  if (type === 'number') return 'number';
  if (distinct <= mostCategories && distinct * 2 <= values.length) return 'category';
  const length = values.reduce((sum, value) => sum + value.length, 0) / Math.max(values.length, 1);
  return length > 40 ? 'text' : 'other';
}

/** Texts, or few whole numbers that come again and again, are classes; other numbers ask for a regression. @param {ColumnInfo} column @param {string[]} values */
function areClasses({ type, distinct }, values) {
  if (type !== 'number') return true;
  return distinct <= mostClasses && distinct * 3 <= values.length && values.every((value) => Number.isInteger(Number(value)));
}

/** Names that columns to predict go by, the surest first. */
const labelNames = ['label', 'target', 'y', 'outcome', 'survived', 'species', 'quality', 'price', 'mpg', 'rating', 'sentiment', 'class'];

/** By its name, else the last column that can be one. @param {{name: string, use: Use}[]} columns */
function labelOf(columns) {
  const can = columns.map(({ use }) => use === 'number' || use === 'category');
  const places = labelNames.map((label) => columns.findIndex(({ name }, i) => can[i] && name.toLowerCase() === label));
  return places.find((place) => place >= 0) ?? can.lastIndexOf(true);
}

/**
 * The recipe that follows from the roles.
 * @param {Column[]} columns @param {string} source @param {number} test the test part's share
 */
export function recipeOf(columns, source, test) {
  const label = columns.find(({ role }) => role === 'label');
  if (!label) throw { code: 'no_label', message: '' };
  const features = columns.filter(({ role }) => role === 'feature');
  const text = features.length === 1 && features[0].use === 'text' ? features[0] : null;
  const { classes } = label;
  const steps = /** @type {any[]} */ ([]);
  if ([label, ...features].some(({ missing }) => missing)) steps.push({ op: 'drop_missing' });
  if (text) {
    steps.push({ op: 'text_vectorization', column: text.name, max_tokens: vocabulary, output_mode: 'int', output_sequence_length: wordsPerText });
  } else {
    for (const { name, type } of features) if (type !== 'number') steps.push({ op: 'one_hot', column: name });
    const numbers = features.filter(({ type }) => type === 'number').map(({ name }) => name);
    if (numbers.length) steps.push({ op: 'normalize', columns: numbers });
  }
  if (classes) steps.push({ op: 'encode_labels' });
  return {
    features: { source, columns: features.map(({ name }) => name) },
    label: { source, column: label.name },
    steps,
    split: { test, method: classes ? 'stratified' : 'random', seed: 42 },
  };
}

/**
 * Arrays told apart by their names: images and labels, for training and perhaps for the test.
 * @param {{name: string, features: any, label: any}[]} arrays
 */
export function recipeOfArrays(arrays) {
  const isLabel = /label|target|^y/i;
  const isTest = /test|t10k|val/i;
  const find = (/** @type {boolean} */ label, /** @type {boolean} */ test) => arrays.find(({ name }) => isLabel.test(name) === label && isTest.test(name) === test);
  const test = find(false, true) && find(true, true) && find(false, false);
  const features = find(false, false) ?? find(false, true);
  const label = find(true, !features || isTest.test(features.name));
  if (!features || !label) throw { code: 'needs_labels', message: arrays.map(({ name }) => name).join(', ') };
  return {
    features: features.features,
    label: label.label,
    steps: [{ op: 'rescale', divisor: 255 }, { op: 'encode_labels' }],
    ...(test
      ? { test: { features: find(false, true)?.features, label: find(true, true)?.label } }
      : { split: { test: 0.2, method: 'stratified', seed: 42 } }),
  };
}

/**
 * A Keras model, loss and fit that suit prepared data.
 * @param {any} prepared @param {import('./types.js').Kind} kind
 * @returns {import('./types.js').Draft}
 */
export function proposeDraft(prepared, kind) {
  const { task, classes, train } = prepared;
  const dense = (/** @type {number} */ units) => ({ class_name: 'Dense', config: { units, activation: 'relu' } });
  const body = {
    image: [{ class_name: 'Flatten', config: {} }, dense(128)],
    text: [
      { class_name: 'Embedding', config: { input_dim: vocabulary, output_dim: 16 } },
      { class_name: 'GlobalAveragePooling1D', config: {} },
      dense(16),
    ],
    table: [dense(64), dense(64)],
  }[kind];
  const units = task === 'classification' ? classes.length : 1;
  const loss = { classification: 'sparse_categorical_crossentropy', binary: 'binary_crossentropy', regression: 'mean_squared_error' };
  return {
    config: [...body, { class_name: 'Dense', config: { units, ...activationFor(task) } }],
    compile: {
      optimizer: { class_name: 'Adam', config: { learning_rate: 0.001 } },
      loss: loss[/** @type {keyof typeof loss} */ (task)],
      metrics: [task === 'regression' ? 'mae' : 'accuracy'],
    },
    fit: { epochs: train.count > 5000 ? 5 : 30, batch_size: 32, validation_split: 0.2, callbacks: [], seed: 42 },
  };
}

/** Sides of a picture below which two convolutions with pooling leave nothing. */
const leastSide = 10;

/**
 * A convolutional network that suits prepared pictures: conv, pool, conv, pool, flatten, dense.
 * @param {any} prepared
 * @returns {import('./types.js').KerasObject[] | null} null where the samples are no pictures, or tiny ones
 */
export function proposeCnn({ task, classes, inputShape }) {
  const [height, width, channels] = inputShape;
  if (!(Math.min(height, width) >= leastSide) || inputShape.length > 3) return null;
  const layer = (/** @type {string} */ class_name, /** @type {Record<string, any>} */ config = {}) => ({ class_name, config });
  const conv = (/** @type {number} */ filters) => layer('Conv2D', { filters, kernel_size: 3, activation: 'relu' });
  return [
    ...(channels ? [] : [layer('Reshape', { target_shape: [height, width, 1] })]),
    conv(16), layer('MaxPooling2D'), conv(32), layer('MaxPooling2D'), layer('Flatten'),
    layer('Dense', { units: task === 'classification' ? classes.length : 1, ...activationFor(task) }),
  ];
}

/** For data that cannot be prepared yet. @type {import('./types.js').Draft} */
export const emptyDraft = {
  config: [],
  compile: { optimizer: { class_name: 'Adam', config: { learning_rate: 0.001 } }, loss: 'mean_squared_error', metrics: [] },
  fit: { epochs: 10, batch_size: 32, validation_split: 0.2, callbacks: [], seed: 42 },
};

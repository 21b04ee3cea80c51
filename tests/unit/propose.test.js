// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeColumns, proposeCnn, proposeDraft, recipeOf, recipeOfArrays } from '../../www/studio/propose.js';

/** A table described as the engine describes it. @param {Record<string, (string | null)[]>} columns */
function table(columns) {
  const names = Object.keys(columns);
  const rows = columns[names[0]].length;
  const info = names.map((name) => {
    const values = columns[name].filter((cell) => cell !== null);
    return {
      name, type: values.every((cell) => !Number.isNaN(Number(cell))) ? 'number' : 'text',
      missing: rows - values.length, distinct: new Set(values).size,
    };
  });
  return judgeColumns(info, Array.from({ length: rows }, (_, i) => names.map((name) => columns[name][i])), rows);
}

const count = 12;
const each = (/** @type {(i: number) => string | null} */ cell) => Array.from({ length: count }, (_, i) => cell(i));
const roles = (/** @type {any[]} */ columns) => Object.fromEntries(columns.map(({ name, role }) => [name, role]));

test('a table of numbers with a text label: classes, numbers normalised, ids and names left out', () => {
  const columns = table({
    id: each((i) => String(i + 1)),
    name: each((i) => `name ${i}`),
    island: each((i) => (i % 2 ? 'Dream' : 'Biscoe')),
    mass: each((i) => (i === 3 ? null : String(3000 + i * 7.5))),
    species: each((i) => ['Adelie', 'Gentoo', 'Chinstrap'][i % 3]),
  });
  assert.deepEqual(roles(columns), { id: 'ignore', name: 'ignore', island: 'feature', mass: 'feature', species: 'label' });
  assert.deepEqual(recipeOf(columns, 'p', 0.2), {
    features: { source: 'p', columns: ['island', 'mass'] },
    label: { source: 'p', column: 'species' },
    steps: [{ op: 'drop_missing' }, { op: 'one_hot', column: 'island' }, { op: 'normalize', columns: ['mass'] }, { op: 'encode_labels' }],
    split: { test: 0.2, method: 'stratified', seed: 42 },
  });
});

test('a label of many numbers is a regression', () => {
  const columns = table({ hp: each((i) => String(90 + i)), mpg: each((i) => String(10 + i * 1.5)) });
  const recipe = recipeOf(columns, 'cars', 0.3);
  assert.equal(recipe.label.column, 'mpg');
  assert.deepEqual(recipe.steps, [{ op: 'normalize', columns: ['hp'] }]);
  assert.deepEqual(recipe.split, { test: 0.3, method: 'random', seed: 42 });
});

test('a long text goes before all other columns', () => {
  const columns = table({
    year: each((i) => String(1990 + i)),
    review: each((i) => `number ${i}: a sentence that goes on for longer than any category would`),
    label: each((i) => String(i % 2)),
  });
  assert.deepEqual(roles(columns), { year: 'ignore', review: 'feature', label: 'label' });
  const [first, second] = recipeOf(columns, 't', 0.2).steps;
  assert.deepEqual([first.op, first.column, first.output_mode, second.op], ['text_vectorization', 'review', 'int', 'encode_labels']);
});

test('without a label there is no recipe', () => {
  const columns = table({ a: each(String), b: each(String) });
  for (const column of columns) column.role = 'feature';
  assert.throws(() => recipeOf(columns, 't', 0.2), { code: 'no_label' });
});

test('arrays are told apart by their names, as mnist.npz and the IDX files have them', () => {
  const array = (/** @type {string} */ name) => ({ name, features: { source: name }, label: { source: name } });
  const npz = recipeOfArrays(['x_test', 'x_train', 'y_test', 'y_train'].map(array));
  assert.deepEqual([npz.features, npz.label, npz.test], [{ source: 'x_train' }, { source: 'y_train' }, { features: { source: 'x_test' }, label: { source: 'y_test' } }]);
  const pair = recipeOfArrays(['t10k-labels-idx1-ubyte.gz', 't10k-images-idx3-ubyte.gz'].map(array));
  assert.deepEqual([pair.features.source, pair.label.source, pair.split?.test], ['t10k-images-idx3-ubyte.gz', 't10k-labels-idx1-ubyte.gz', 0.2]);
  assert.throws(() => recipeOfArrays([array('train-images')]), { code: 'needs_labels' });
});

test('the model fits the task: output units, activation, loss and metric', () => {
  const draft = (/** @type {string} */ task, /** @type {string[] | null} */ classes) => {
    const { config, compile } = proposeDraft({ task, classes, train: { count: 100 } }, 'table');
    return [config.at(-1)?.config, compile.loss, compile.metrics];
  };
  assert.deepEqual(draft('classification', ['a', 'b', 'c']), [{ units: 3, activation: 'softmax' }, 'sparse_categorical_crossentropy', ['accuracy']]);
  assert.deepEqual(draft('binary', ['a', 'b']), [{ units: 1, activation: 'sigmoid' }, 'binary_crossentropy', ['accuracy']]);
  assert.deepEqual(draft('regression', null), [{ units: 1 }, 'mean_squared_error', ['mae']]);
});

test('a CNN for pictures: conv, pool, conv, pool, flatten, dense; greyscale gets its channel first', () => {
  const of = (/** @type {number[]} */ inputShape) => proposeCnn({ task: 'classification', classes: ['a', 'b', 'c'], inputShape })?.map(({ class_name: name }) => name);
  const body = ['Conv2D', 'MaxPooling2D', 'Conv2D', 'MaxPooling2D', 'Flatten', 'Dense'];
  assert.deepEqual(of([28, 28]), ['Reshape', ...body]);
  assert.deepEqual(of([32, 32, 3]), body);
  assert.equal(of([8, 8]), undefined);
  assert.equal(of([13]), undefined);
  assert.deepEqual(proposeCnn({ task: 'classification', classes: ['a', 'b', 'c'], inputShape: [28, 28] })?.at(-1)?.config, { units: 3, activation: 'softmax' });
});

// @ts-check
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { argumentHelp } from '../../www/studio/keras/arguments.js';
import { choicesOf } from '../../www/studio/keras/choices.js';
import { classOf, newObject, objectOf, slim, withArgument } from '../../www/studio/keras/objects.js';
import { activations } from '../../www/studio/keras/small.js';
import { entryOf, families, groupTitle, resolve, search, snake, splitArguments } from '../../www/studio/keras/table.js';

/** What real Keras says: tests/keras/arguments.py. @type {any} */
const keras = JSON.parse(readFileSync(new URL('../keras/arguments.json', import.meta.url), 'utf8'));

/** @type {[any, any][]} */
const every = Object.entries(families);

/** The table's classes with Keras' way of saying that an argument is required. @param {any} groups */
function told(groups) {
  const classes = Object.assign({}, ...Object.values(groups));
  return Object.fromEntries(Object.entries(classes).map(([name, { arguments: all }]) => [name,
    Object.fromEntries(Object.entries(all).map(([key, value]) => [key, value === undefined ? '<required>' : value]))]));
}

for (const [family, groups] of every) {
  test(`${family}: classes, arguments and defaults are those of Keras ${keras.version}`, () => {
    const table = told(groups);
    assert.deepEqual(Object.keys(table).sort(), Object.keys(keras[family]).sort());
    for (const [name, args] of Object.entries(keras[family])) assert.deepEqual(table[name], args, name);
  });

  test(`${family}: every class has words in both languages and a value for what is required`, () => {
    for (const [group, classes] of Object.entries(groups)) {
      if (Object.keys(groups).length > 1) assert.notEqual(groupTitle(group), group);
      for (const [name, entry] of Object.entries(/** @type {any} */ (classes))) {
        assert.ok(entry.en && entry.ja, name);
        for (const [key, value] of Object.entries(entry.arguments)) assert.ok(value !== undefined || key in (entry.start ?? {}), `${name}.${key}`);
        for (const key of [...Object.keys(entry.start ?? {}), ...(entry.first ?? [])]) assert.ok(key in entry.arguments, `${name}.${key}`);
      }
    }
  });
}

test('activations are Keras\', and every choice holds its default', () => {
  assert.deepEqual([...activations].sort(), [...keras.activations].sort());
  for (const [family, groups] of every) {
    for (const [name, args] of Object.entries(told(groups))) {
      for (const [key, value] of Object.entries(args)) {
        const choices = choicesOf(name, key, value);
        if (choices && typeof value === 'string' && value !== '<required>') assert.ok(choices.includes(value), `${family} ${name}.${key}`);
      }
    }
  }
});

test('the arguments shown first are explained', () => {
  for (const [family, groups] of every) {
    if (!['layers', 'callbacks'].includes(family)) continue;
    for (const name of Object.keys(told(groups))) {
      for (const key of splitArguments(/** @type {any} */ (entryOf(family, name))).shown) assert.ok(argumentHelp(name, key), `${name}.${key}`);
    }
  }
});

test('names, aliases and objects mean the same class', () => {
  assert.equal(snake('GlobalAveragePooling1D'), 'global_average_pooling1d');
  assert.equal(snake('KLDivergence'), 'kl_divergence');
  assert.equal(resolve('losses', 'mse'), 'MeanSquaredError');
  assert.equal(classOf('initializers', 'uniform'), 'RandomUniform');
  assert.equal(classOf('initializers', { module: 'keras.initializers', class_name: 'Zeros', config: {} }), 'Zeros');
  assert.equal(classOf('metrics', 'accuracy'), 'Accuracy');
  assert.equal(classOf('losses', { class_name: 'function', config: 'mse' }), 'MeanSquaredError');
  assert.equal(classOf('losses', 'of_my_own'), 'of_my_own');
  assert.equal(classOf('schedules', 0.001), '');
});

test('an object is written as Keras writes it: by name where that says all', () => {
  assert.equal(objectOf('metrics', 'MeanAbsoluteError', {}), 'mae');
  assert.equal(newObject('metrics', 'AUC'), 'auc');
  assert.deepEqual(newObject('layers', 'Dense'), { class_name: 'Dense', config: { units: 16, activation: 'relu' } });
  const binary = withArgument('losses', 'binary_crossentropy', 'from_logits', true);
  assert.deepEqual(binary, { class_name: 'BinaryCrossentropy', config: { from_logits: true } });
  assert.equal(withArgument('losses', binary, 'from_logits', undefined), 'binary_crossentropy');
});

test('a saved layer is shown by what sets it apart', () => {
  const dense = {
    module: 'keras.layers', class_name: 'Dense', registered_name: null, build_config: { input_shape: [null, 784] },
    config: {
      name: 'dense_3', trainable: true, dtype: { module: 'keras', class_name: 'DTypePolicy', config: { name: 'float32' }, registered_name: null },
      units: 16, activation: 'relu', use_bias: true,
      kernel_initializer: { module: 'keras.initializers', class_name: 'GlorotUniform', config: { seed: null }, registered_name: null },
      bias_initializer: { module: 'keras.initializers', class_name: 'Zeros', config: {}, registered_name: null },
      kernel_regularizer: { module: 'keras.regularizers', class_name: 'L2', config: { l2: 0.001 }, registered_name: null },
      bias_regularizer: null, activity_regularizer: null, kernel_constraint: null, bias_constraint: null, quantization_config: null,
    },
  };
  assert.deepEqual(slim('layers', dense), {
    class_name: 'Dense',
    config: { name: 'dense_3', units: 16, activation: 'relu', kernel_regularizer: { class_name: 'L2', config: { l2: 0.001 } } },
  });
  const half = { ...dense, config: { ...dense.config, dtype: { class_name: 'DTypePolicy', config: { name: 'mixed_float16' } }, trainable: false, activation: 'linear' } };
  const { config } = slim('layers', half);
  assert.deepEqual([config.trainable, config.dtype.config.name, 'activation' in config], [false, 'mixed_float16', false]);
});

test('searching finds classes by name, by words in both languages, and by group', () => {
  const found = (/** @type {string} */ query) => search('layers', query).flatMap(({ names }) => names);
  assert.ok(found('conv').includes('Conv2D'));
  assert.ok(found('画像').includes('RandomFlip'));
  assert.ok(found('pooling').includes('MaxPooling2D'));
  assert.equal(search('layers', 'dropout')[0].group, 'regularization');
  assert.deepEqual(found('nothing like it'), []);
  assert.equal(found('').length, 57);
});

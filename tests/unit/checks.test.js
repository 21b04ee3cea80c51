// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { problemOf } from '../../www/studio/checks.js';

const dense = (/** @type {number} */ units, activation = 'relu') => ({ class_name: 'Dense', config: { units, activation } });
const flatten = { class_name: 'Flatten', config: {} };
const ten = Array.from('0123456789');

/**
 * A project whose inspection says what the engine would: a sample's shapes, null from the first misfit on.
 * @param {any} parts
 */
function project({ config, shapes, task = 'classification', classes = ten, loss = 'sparse_categorical_crossentropy', error, input = [28, 28] }) {
  const layers = shapes.map((/** @type {number[]} */ shape, /** @type {number} */ i) => ({ name: `layer_${i}`, className: config[i].class_name, outputShape: shape, params: 0, config: {} }));
  return /** @type {any} */ ({ draft: { config, compile: { loss } }, inspection: { layers, error }, prepared: { task, classes, inputShape: input } });
}

/** The draft after the problem's primary fix. @param {any} it */
function fixed(it) {
  const draft = structuredClone(it.draft);
  problemOf(it)?.fixes[0].apply(draft);
  return draft;
}

test('the tutorial’s model fits its labels', () => {
  assert.equal(problemOf(project({ config: [flatten, dense(128), dense(10, 'softmax')], shapes: [[784], [128], [10]] })), null);
});

test('without Flatten the output keeps a dimension: Flatten first', () => {
  const it = project({ config: [dense(128), dense(10, 'softmax')], shapes: [[28, 128], [28, 10]] });
  const problem = problemOf(it);
  assert.deepEqual([problem?.layer, problem?.text, problem?.vars.output, problem?.vars.needed], [1, 'problem.rank', '(28, 10)', '(10)']);
  assert.deepEqual(fixed(it).config.map((/** @type {any} */ layer) => layer.class_name), ['Flatten', 'Dense', 'Dense']);
});

test('too few units: change them', () => {
  const it = project({ config: [flatten, dense(3, 'softmax')], shapes: [[784], [3]] });
  assert.equal(problemOf(it)?.text, 'problem.units');
  assert.equal(fixed(it).config[1].config.units, 10);
});

test('a loss that cannot use the labels: change the loss', () => {
  const regression = project({ config: [dense(1)], shapes: [[1]], task: 'regression', classes: null, loss: 'binary_crossentropy', input: [7] });
  assert.equal(fixed(regression).compile.loss, 'mean_squared_error');
  const binary = project({ config: [dense(2, 'softmax')], shapes: [[2]], task: 'binary', classes: ['no', 'yes'], input: [7] });
  assert.equal(problemOf(binary), null, 'two outputs with sparse_categorical_crossentropy are right');
  const classes = project({ config: [dense(10)], shapes: [[10]], loss: 'mse', input: [7] });
  assert.equal(fixed(classes).compile.loss, 'sparse_categorical_crossentropy');
});

test('a layer the engine refuses is named, and can be removed', () => {
  const pooling = { class_name: 'GlobalAveragePooling1D', config: {} };
  const it = project({ config: [dense(16), pooling, dense(10)], shapes: [[16], null, null], input: [7], error: { code: 'shape_mismatch', message: 'expected 3 dimensions', layer: 'layer_1' } });
  assert.equal(problemOf(it)?.layer, 1);
  assert.deepEqual(fixed(it).config.map((/** @type {any} */ layer) => layer.class_name), ['Dense', 'Dense']);
});

test('a class the engine does not know is found by its name in the message', () => {
  const config = [flatten, { class_name: 'Dens', config: {} }];
  const it = project({ config, shapes: [], error: { code: 'unknown_class', message: 'unknown layer "Dens"; known are Dense' } });
  assert.equal(problemOf(it)?.layer, 1);
  const other = project({ config, shapes: [], error: { code: 'unsupported_option', message: 'something else' } });
  assert.deepEqual([problemOf(other)?.layer, problemOf(other)?.fixes], [-1, []]);
});

test('behind convolutions Flatten goes after the last of them', () => {
  const layer = (/** @type {string} */ class_name) => ({ class_name, config: {} });
  const config = [layer('Reshape'), layer('Conv2D'), layer('MaxPooling2D'), dense(10, 'softmax')];
  const it = project({ config, shapes: [[28, 28, 1], [26, 26, 32], [13, 13, 32], [13, 13, 10]] });
  assert.deepEqual(fixed(it).config.map((/** @type {any} */ each) => each.class_name), ['Reshape', 'Conv2D', 'MaxPooling2D', 'Flatten', 'Dense']);
});

test('a convolution on pictures without channels: Reshape first', () => {
  const config = [{ class_name: 'Conv2D', config: { filters: 8, kernel_size: 3, name: 'conv2d' } }, dense(10)];
  const it = project({ config, shapes: [null, null], error: { code: 'shape_mismatch', message: 'expected 3 dimensions', layer: 'conv2d' } });
  const [added] = fixed(it).config;
  assert.deepEqual([added.class_name, added.config.target_shape, added.config.name], ['Reshape', [28, 28, 1], 'reshape']);
});

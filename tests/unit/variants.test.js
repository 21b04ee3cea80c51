// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { layersOf, untried, variantsOf } from '../../www/studio/train/variants.js';

const dense = (/** @type {number} */ units, more = {}) => ({ class_name: 'Dense', config: { units, ...more } });

/** The lesson's baseline: Dense 16, Dense 16, Dense 1. */
const baseline = () => ({
  config: { class_name: 'Sequential', config: { name: 's', layers: [dense(16, { activation: 'relu' }), dense(16), dense(1)] } },
  compile: { optimizer: 'adam', loss: 'binary_crossentropy' },
  fit: { epochs: 20, batch_size: 512, validation_split: 0.2 },
});

const by = (/** @type {any[]} */ variants, /** @type {string} */ id) => variants.find((variant) => variant.id === id);
const units = (/** @type {any} */ config) => layersOf(config)?.map((layer) => layer.config.units ?? layer.class_name);

test('the lesson’s models: 16 → 4 and 16 → 512, the output stays', () => {
  const variants = variantsOf(baseline());
  assert.deepEqual(units(by(variants, 'smaller').config), [4, 4, 1]);
  assert.deepEqual(units(by(variants, 'bigger').config), [512, 512, 1]);
  assert.equal(by(variants, 'bigger').hint, '16 → 512');
});

test('wider models are halved and quadrupled', () => {
  const run = { ...baseline(), config: [{ class_name: 'Flatten', config: {} }, dense(128), dense(10)] };
  const variants = variantsOf(run);
  assert.deepEqual(units(by(variants, 'smaller').config), ['Flatten', 64, 10]);
  assert.deepEqual(units(by(variants, 'bigger').config), ['Flatten', 512, 10]);
});

test('L2 0.001 goes on the hidden kernels only', () => {
  const layers = layersOf(by(variantsOf(baseline()), 'l2').config) ?? [];
  assert.deepEqual(layers.map((layer) => layer.config.kernel_regularizer?.config.l2), [0.001, 0.001, undefined]);
  assert.equal(layers[0].config.activation, 'relu');
});

test('dropout follows each hidden layer, once', () => {
  const variant = by(variantsOf(baseline()), 'dropout');
  assert.deepEqual(units(variant.config), [16, 'Dropout', 16, 'Dropout', 1]);
  assert.equal(by(variantsOf(variant), 'dropout'), undefined);
});

test('early stopping needs validation and is offered once', () => {
  const variant = by(variantsOf(baseline()), 'early');
  assert.deepEqual(variant.fit.callbacks[0].config, { monitor: 'val_loss', patience: 3, restore_best_weights: true });
  assert.equal(by(variantsOf(variant), 'early'), undefined);
  assert.equal(by(variantsOf({ ...baseline(), fit: { epochs: 20 } }), 'early'), undefined);
  assert.equal(by(variantsOf({ ...baseline(), fit: { epochs: 100, validation_split: 0.2 } }), 'early').fit.callbacks[0].config.patience, 10);
});

test('a variant is a copy: the run it came from is untouched', () => {
  const run = baseline();
  by(variantsOf(run), 'smaller').config.config.layers[2].config.units = 99;
  by(variantsOf(run), 'early').fit.epochs = 1;
  assert.deepEqual(run, baseline());
});

test('shapes recorded in build_config do not survive a change of width', () => {
  const run = baseline();
  Object.assign(run.config.config.layers[1], { build_config: { input_shape: [null, 16] } });
  assert.ok(!('build_config' in (layersOf(by(variantsOf(run), 'smaller').config) ?? [])[1]));
});

test('what was tried is not offered again, whatever its layers are called', () => {
  const run = baseline();
  const smaller = by(variantsOf(run), 'smaller');
  smaller.config.config.layers[0].config.name = 'dense_7';
  assert.deepEqual(untried(run, [run, smaller]).map(({ id }) => id), ['bigger', 'l2', 'dropout', 'early']);
});

test('a model of one layer, or one that is no list of layers, has no sizes to change', () => {
  assert.deepEqual(variantsOf({ ...baseline(), config: [dense(1)] }).map(({ id }) => id), ['early']);
  const functional = { class_name: 'Functional', config: { layers: [dense(4), dense(1)] } };
  assert.deepEqual(variantsOf({ ...baseline(), config: functional }).map(({ id }) => id), ['early']);
});

// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import './browser.js';
import { fileName, isModelFile } from '../../www/studio/file-name.js';
import { isUnchanged, newLayers, readConfig, readOrigin, sameShape, startModel } from '../../www/studio/origin.js';
import { firstRate, slower } from '../../www/studio/train/slower.js';

const dense = (/** @type {string} */ name, /** @type {number} */ units) => ({ class_name: 'Dense', config: { name, units } });
const info = (/** @type {string} */ name, /** @type {number} */ params, className = 'Dense') => /** @type {any} */ ({ name, className, params });
const adam = { class_name: 'Adam', config: { learning_rate: 0.002 } };

/** Keras' config.json of two layers. @param {object} [more] */
const json = (more) => ({
  class_name: 'Sequential',
  config: {
    name: 'sequential',
    layers: [{ class_name: 'InputLayer', config: { batch_shape: [null, 9], name: 'input_layer' } }, dense('dense', 8), dense('dense_1', 1)],
  },
  compile_config: {
    optimizer: { module: 'keras.optimizers', class_name: 'Adam', config: { name: 'adam', learning_rate: 0.0020000000949949026, beta_1: 0.9, epsilon: 1e-7 }, registered_name: null },
    loss: { module: 'builtins', class_name: 'function', config: 'mean_squared_error', registered_name: 'function' },
    metrics: [['mae', { module: 'keras.metrics', class_name: 'RootMeanSquaredError', config: { name: 'root_mean_squared_error', dtype: 'float32' } }]],
    loss_weights: null, weighted_metrics: null, run_eagerly: false, steps_per_execution: 1, jit_compile: false,
  },
  ...more,
});

/** An engine of which each model is what was loaded; weights are told apart by who made them. */
function fakeDojo() {
  /** @type {any[]} */
  const models = [];
  const weightsOf = (/** @type {any[]} */ layers, /** @type {string} */ by) => layers.filter(({ config }) => config.units)
    .map(({ config }) => ({ path: `${config.name}/kernel`, shape: [9, config.units], data: by }));
  return {
    models,
    /** @param {any} source */
    async loadModel(source) {
      const fromFile = source instanceof Uint8Array;
      const config = fromFile ? json() : source;
      const model = {
        source, fromFile, compiled: /** @type {any} */ (null), disposed: false, metadata: fromFile ? { keras_version: '3.15.1' } : {},
        weights: weightsOf(config.config.layers, fromFile ? 'file' : 'new'),
        config: async () => config,
        async compile(/** @type {any} */ options) { model.compiled = options; },
        getWeights: async () => model.weights,
        async setWeights(/** @type {any[]} */ weights) { model.weights = model.weights.map((/** @type {any} */ weight, /** @type {number} */ i) => ({ ...weight, ...weights[i] })); },
        async dispose() { model.disposed = true; },
      };
      models.push(model);
      return model;
    },
    inspect: async () => ({ layers: [info('dense', 80), info('dense_1', 9)], total: 89 }),
  };
}

test('a .keras file becomes layers, compile settings, input and facts; the model read for it is given back', async () => {
  const dojo = fakeDojo();
  const origin = await readOrigin(dojo, 'mileage.keras', new Uint8Array(3));
  assert.deepEqual(origin.config, [dense('dense', 8), dense('dense_1', 1)]);
  assert.deepEqual(origin.compile, { optimizer: adam, loss: 'mean_squared_error', metrics: ['mae', 'root_mean_squared_error'] });
  assert.deepEqual([origin.inputShape, origin.kerasVersion, origin.params, origin.from], [[9], '3.15.1', 89, 'file']);
  assert.ok(dojo.models[0].disposed);
});

test('a file without compile settings or InputLayer is read as well', () => {
  const bare = /** @type {any} */ (json({ compile_config: undefined }));
  bare.config.layers.shift();
  bare.config.build_input_shape = [null, 4];
  const { compile, inputShape, config } = readConfig(bare);
  assert.deepEqual([compile, inputShape, config.length], [null, [4], 2]);
});

test('unchanged, a run goes on from the file itself: weights, optimizer and all', async () => {
  const dojo = fakeDojo();
  const origin = await readOrigin(dojo, 'm.keras', new Uint8Array(3));
  assert.ok(origin.compile);
  const run = { config: structuredClone(origin.config), compile: structuredClone(origin.compile), fit: { seed: 1 }, origin };
  const model = await startModel(dojo, run, [9]);
  assert.deepEqual([model.fromFile, model.compiled], [true, null]);
  const compile = { ...origin.compile, metrics: [] };
  assert.deepEqual((await startModel(dojo, { ...run, compile }, [9])).compiled, compile);
});

test('a changed layer starts anew, the others keep their weights', async () => {
  const dojo = fakeDojo();
  const origin = await readOrigin(dojo, 'm.keras', new Uint8Array(3));
  const config = [dense('dense', 8), dense('dense_2', 5), dense('dense_1', 1)];
  const model = await startModel(dojo, { config, compile: /** @type {any} */ (origin.compile), fit: { seed: 1 }, origin }, [9]);
  assert.deepEqual(model.weights.map((/** @type {any} */ weight) => weight.data), ['file', 'new', 'file']);
  assert.ok(model.compiled);
  assert.ok(dojo.models.filter((each) => each.fromFile).every((each) => each.disposed));
  assert.deepEqual(newLayers(origin, [info('dense', 80), info('dense_2', 45), info('dense_1', 6), info('flatten', 0, 'Flatten')]), ['dense_2', 'dense_1']);
});

test('without an origin a run starts from the draft', async () => {
  const dojo = fakeDojo();
  const model = await startModel(dojo, { config: [dense('dense', 2)], compile: { optimizer: adam, loss: 'mse', metrics: [] }, fit: { seed: 7 }, origin: null }, [9]);
  assert.deepEqual([model.fromFile, model.weights[0].data, model.compiled.loss], [false, 'new', 'mse']);
});

test('shapes agree where None stands for any size', async () => {
  assert.ok(sameShape([28, 28], [28, 28]) && sameShape([null], [64]));
  assert.ok(!sameShape([28, 28], [28, 28, 1]) && !sameShape([9], [8]));
  const origin = await readOrigin(fakeDojo(), 'm.keras', new Uint8Array(3));
  assert.ok(isUnchanged(origin, structuredClone(origin.config), [9]));
  assert.ok(!isUnchanged(origin, origin.config, [8]) && !isUnchanged(origin, [], [9]));
});

test('files are told apart and named', () => {
  assert.ok(isModelFile({ name: 'a.keras' }) && isModelFile({ name: 'A.H5' }) && !isModelFile({ name: 'a.csv' }));
  assert.equal(fileName({ id: 'clothes', title: 'clothes', entry: {} }, { name: 'Run 2' }), 'clothes-run-2.keras');
  assert.equal(fileName({ id: 'own:x', title: '私の データ', entry: null }, { name: 'ベースライン' }), '私の-データ-ベースライン.keras');
  assert.equal(fileName({ id: 'model:m.keras', title: 'm.keras', entry: null }, null), 'm.keras');
  assert.equal(fileName({ id: 'model:m.keras', title: 'm.keras', entry: null }, { name: 'm' }), 'm.keras');
});

test('a tenth of the learning rate, of a schedule all its rates', () => {
  assert.equal(firstRate(slower(adam)), 0.0002);
  assert.equal(firstRate(slower({ class_name: 'SGD', config: {} })), 0.001);
  const decay = { class_name: 'ExponentialDecay', config: { initial_learning_rate: 0.01, decay_steps: 1000, decay_rate: 0.9 } };
  assert.deepEqual(slower({ class_name: 'Adam', config: { learning_rate: decay } }).config.learning_rate.config, { initial_learning_rate: 0.001, decay_steps: 1000, decay_rate: 0.9 });
});

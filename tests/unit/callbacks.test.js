// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import './browser.js';
import { faultyArgument } from '../../www/studio/model/fault.js';
import { parseValue, valueText } from '../../www/studio/keras/values.js';
import { findFault } from '../../www/studio/model/validate.js';
import { asked } from '../../www/studio/results/asked.js';
import { studio } from '../../www/studio/state.js';
import { fileOptions, isRestorable, keepFile, restoreFile } from '../../www/studio/train/run-files.js';

const file = (/** @type {string} */ path, /** @type {any} */ kind, epoch = 0) => ({ path, kind, epoch, logs: { val_loss: 1 }, bytes: async () => new Uint8Array(1) });

/** A run with a model that restores, as the engine's does. */
function fakeRun() {
  /** @type {any} */
  const run = { files: [], test: { loss: 1 }, restoredEpoch: null, restored: [], model: { async restore(/** @type {any} */ from) {
    if (from.path === 'bad') throw { code: 'bad_file', message: 'no weights' };
    run.restored.push(from.path);
  } } };
  return run;
}

test('a run hears of its files; one written again replaces the one of its path', () => {
  const run = fakeRun();
  const { onFile } = /** @type {any} */ (fileOptions(run));
  onFile(file('epoch-01.keras', 'checkpoint'));
  onFile(file('log.csv', 'log'));
  onFile(file('log.csv', 'log', 1));
  assert.deepEqual(run.files.map((/** @type {any} */ { path, epoch }) => [path, epoch]), [['epoch-01.keras', 0], ['log.csv', 1]]);
  assert.deepEqual(run.files.map(isRestorable), [true, false]);
  assert.deepEqual(fileOptions(/** @type {any} */ ({ model: {} })), {}, 'an engine without files');
});

test('a checkpoint’s weights are used: results are asked again, the test part is unknown', async () => {
  const run = fakeRun();
  asked.set(run, {});
  keepFile(run, file('epoch-03.keras', 'checkpoint', 2));
  await restoreFile(run, run.files[0]);
  assert.deepEqual([run.restored, run.restoredEpoch, run.restoredFile, run.test, asked.has(run)], [['epoch-03.keras'], 2, 'epoch-03.keras', null, false]);
});

test('a checkpoint that cannot be used says why and changes nothing', async () => {
  const run = fakeRun();
  await restoreFile(run, file('bad', 'checkpoint', 4));
  assert.deepEqual([run.restoredEpoch, run.test.loss, studio.loadError?.title, studio.loadError?.message], [null, 1, 'error.restore', 'no weights']);
  studio.loadError = null;
});

test('an error finds its argument: by name, or by the value that is not liked', () => {
  const names = ['monitor', 'mode', 'patience'];
  assert.equal(faultyArgument('EarlyStopping(monitor="x"): unknown; pass mode="max"', names), 'monitor');
  assert.equal(faultyArgument('Dense: missing field `units`', ['units']), 'units');
  assert.equal(faultyArgument('EarlyStopping: invalid type: string "x", expected usize', names, { patience: 'x' }), 'patience');
  assert.equal(faultyArgument('EarlyStopping: invalid value: integer `-1`, expected usize', names, { patience: -1 }), 'patience');
  assert.equal(faultyArgument('unknown callback "Nothing"', names), null);
});

test('typed values: numbers, lists, Python’s tuples and None, names as they are', () => {
  assert.deepEqual(['0.5', '[1, 2]', '(1, 2)', '(3,)', 'None', 'same', ''].map((text) => parseValue(text, 'strides')), [0.5, [1, 2], [1, 2], [3], null, 'same', undefined]);
  assert.equal(parseValue('1', 'name'), '1');
  assert.equal(parseValue('\t', 'separator'), '\t');
  assert.deepEqual([valueText(null), valueText([1, 2]), valueText('a')], ['', '[1,2]', 'a']);
});

/** An engine that refuses what a test says. @param {(options: any, callbacks?: any[]) => string} refuse */
function fakeDojo(refuse) {
  const state = { disposed: false };
  const model = {
    options: /** @type {any} */ (null),
    async compile(/** @type {any} */ options) {
      model.options = options;
      const message = refuse(options);
      if (message) throw { code: 'unsupported_option', message };
    },
    async check(/** @type {any} */ _x, /** @type {any} */ _y, /** @type {any} */ { callbacks }) {
      const message = refuse(model.options, callbacks);
      if (message) throw { code: 'unsupported_option', message };
    },
    async dispose() { state.disposed = true; },
  };
  return { state, loadModel: async () => model };
}

const draft = () => /** @type {any} */ ({
  compile: { optimizer: { class_name: 'Adam', config: {} }, loss: 'mse', metrics: ['mae', 'auc'] },
  fit: { validation_split: 0.2, callbacks: [{ class_name: 'TerminateOnNaN', config: {} }, { class_name: 'EarlyStopping', config: { patience: 'x' } }] },
});

test('what compile or fit refuses is found at its place', async () => {
  const output = { units: 1, classes: false };
  const fine = fakeDojo(() => '');
  assert.equal(await findFault(fine, draft(), output), null);
  assert.ok(fine.state.disposed);
  const metric = await findFault(fakeDojo(({ metrics = [] }) => (metrics.includes('auc') ? 'unknown metric "auc"' : '')), draft(), output);
  assert.deepEqual(metric, { place: 'metrics', index: 1, message: 'unknown metric "auc"' });
  const optimizer = await findFault(fakeDojo((options) => (options.optimizer.class_name ? 'no Adam' : '')), draft(), output);
  assert.equal(optimizer?.place, 'optimizer');
  const callback = await findFault(fakeDojo((_, callbacks = []) => (callbacks.some(({ config }) => config.patience === 'x') ? 'bad patience' : '')), draft(), output);
  assert.deepEqual(callback, { place: 'callbacks', index: 1, message: 'bad patience' });
});

// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Selection, toBytes, toWire } from '../../www/engine/arrays.js';
import { pythonFloat, splitCallbacks } from '../../www/engine/callbacks.js';
import { plainError } from '../../www/engine/errors.js';
import { compileOptions, fitRequest, pythonOptions } from '../../www/engine/options.js';
import { connect } from '../../www/engine/rpc.js';
import { RunFiles } from '../../www/engine/run-files.js';
import { modelSource } from '../../www/engine/source.js';
import { Training } from '../../www/engine/training.js';
import { pickVariant } from '../../www/engine/variant.js';

/** @param {string} code */
const thrown = (code) => (/** @type {any} */ error) => error.code === code;
const x = { data: Float32Array.of(1, 2, 3, 4), shape: [2, 2] };
const y = { data: Uint8Array.of(0, 1), shape: [2] };

test('arrays are copied unless transfer, views never bring their whole buffer', () => {
  const buffer = new Float32Array(100);
  /** @type {any[]} */
  const transfer = [];
  const sent = toWire({ data: buffer.subarray(10, 14), shape: [2, 2] }, 'x', transfer);
  assert.equal(transfer[0].byteLength, 16);
  assert.deepEqual(sent.shape, [2, 2]);
  assert.notEqual(sent.data.buffer, buffer.buffer);
  const given = toWire({ data: buffer, shape: [100], transfer: true }, 'x', transfer);
  assert.equal(given.data, buffer);
});

test('lists, named inputs, strings and references go through', () => {
  /** @type {any[]} */
  const transfer = [];
  assert.equal(toWire([x, x], 'x', transfer).length, 2);
  assert.deepEqual(Object.keys(toWire({ left: x, right: y }, 'x', transfer)), ['left', 'right']);
  assert.deepEqual(toWire({ data: ['a', 'b'], shape: [2] }, 'x', transfer).data, ['a', 'b']);
  assert.deepEqual(toWire({ prepared: 3, part: 'test', role: 'x' }, 'x', transfer), { prepared: 3, part: 'test', role: 'x' });
});

test('what is not an array says so', () => {
  for (const wrong of [[[1, 2], [3, 4]], [1, 2], Float32Array.of(1), { data: Int8Array.of(1), shape: [1] }, { data: [1], shape: [1] }, 'x']) {
    assert.throws(() => toWire(/** @type {any} */ (wrong), 'x', []), thrown('bad_data'));
  }
  assert.throws(() => toWire({ data: Float32Array.of(1, 2, 3), shape: [2, 2] }, 'x', []), thrown('shape_mismatch'));
});

test('bytes of a view are its own', async () => {
  assert.deepEqual([...await toBytes(Uint8Array.of(1, 2, 3, 4).subarray(1, 3))], [2, 3]);
});

test('options take Keras\' names, unknown ones and functions are refused', () => {
  assert.deepEqual(compileOptions({ optimizer: 'adam', lossWeights: [1], metrics: undefined }), { optimizer: 'adam', loss_weights: [1] });
  assert.throws(() => compileOptions({ optimiser: 'adam' }), thrown('unsupported_option'));
  assert.throws(() => compileOptions({ loss: () => 0 }), thrown('unsupported_option'));
  assert.throws(() => fitRequest(x, y, { batch_size: 3 }), thrown('unsupported_option'));
});

test('a Python program takes fit\'s options in Keras\' names, functions are refused', () => {
  const early = { class_name: 'EarlyStopping', config: { patience: 3 } };
  const given = { title: 'Cars', distribute: true, fit: { batchSize: 8, validationSplit: 0.2, callbacks: [early] } };
  assert.deepEqual(pythonOptions(given), { title: 'Cars', distribute: true, fit: { batch_size: 8, validation_split: 0.2, callbacks: [early] } });
  assert.deepEqual(pythonOptions({}), { fit: { callbacks: [] } });
  assert.throws(() => pythonOptions({ fit: { callbacks: [{ onEpochEnd: () => {} }] } }), thrown('unsupported_option'));
  assert.throws(() => pythonOptions({ spread: true }), thrown('unsupported_option'));
});

test('a fit splits arrays, Keras callbacks and hooks', () => {
  const early = { class_name: 'EarlyStopping', config: { patience: 3 } };
  const { options, asked } = fitRequest(new Selection({ x: { id: 1 }, y: { id: 2 }, weight: { id: 3 } }), null, {
    batchSize: 16, validationData: [x, y], callbacks: [early, { onTrainBegin() {} }], onEpochEnd() {}, onEvent() {},
  });
  assert.equal(options.batch_size, 16);
  assert.deepEqual(options.callbacks, [
    early,
    { class_name: 'LambdaCallback', config: { on_train_begin: true } },
    { class_name: 'LambdaCallback', config: { on_epoch_end: true } },
  ]);
  assert.equal(options.verbose, 0);
  assert.deepEqual(options.sample_weight, { id: 3 });
  assert.equal(options.validation_data.length, 2);
  assert.deepEqual([...asked.keys()], [1, 2]);
  assert.throws(() => fitRequest(x, y, { callbacks: [{ onEpochEndd() {} }] }), thrown('unsupported_option'));
});

test('a model is recognised by its content', async () => {
  const json = '{"class_name": "Sequential", "config": {}}';
  assert.deepEqual(await modelSource(JSON.parse(json)), { json: '{"class_name":"Sequential","config":{}}' });
  assert.deepEqual(await modelSource(new TextEncoder().encode(json)), { json });
  assert.ok('file' in await modelSource({ 'm.keras': Uint8Array.of(0x50, 0x4b, 3, 4) }));
  assert.ok('file' in await modelSource(Uint8Array.of(0x89, 0x48, 0x44, 0x46)));
  const safetensors = Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x7d);
  await assert.rejects(modelSource(safetensors), (/** @type {any} */ error) => error.code === 'bad_file' && /loadWeights/.test(error.message));
  await assert.rejects(modelSource('{"modelTopology": {}}'), thrown('unsupported_option'));
  await assert.rejects(modelSource('{"class_name": '), thrown('bad_file'));
  await assert.rejects(modelSource(Uint8Array.of(1, 2, 3)), thrown('bad_file'));
});

test('threads need isolation and the page\'s own origin', () => {
  const scope = { crossOriginIsolated: true, SharedArrayBuffer, origin: 'https://a.example', navigator: { hardwareConcurrency: 32 } };
  const pick = (/** @type {object} */ more, threads = undefined) => pickVariant({ threads, pkg: 'https://a.example/pkg/', scope: { ...scope, ...more } });
  assert.equal(pick({}).threads, 8);
  assert.match(pick({}).name, /^threads/);
  assert.equal(pickVariant({ threads: 2, pkg: 'https://a.example/pkg/', scope }).threads, 2);
  assert.match(pick({ crossOriginIsolated: false }).name, /^single/);
  assert.equal(pick({ origin: 'https://b.example' }).threads, 1);
  assert.match(pick({ navigator: { hardwareConcurrency: 1 } }).name, /^single/);
});

test('traps lose the engine, plain errors keep their code', () => {
  assert.equal(plainError(new WebAssembly.RuntimeError('unreachable')).code, 'engine_lost');
  assert.equal(plainError({ code: 'shape_mismatch', message: 'm', layer: 'dense' }).layer, 'dense');
});

test('calls cross a port both ways; closing rejects what is open', async () => {
  const { port1, port2 } = new MessageChannel();
  const here = connect(/** @type {any} */ (port1), { double: (n) => 2 * n });
  const there = connect(/** @type {any} */ (port2), {
    twice: (n) => there.call('double', [n]),
    fail() { throw { code: 'busy', message: 'no' }; },
    never: () => new Promise(() => {}),
  });
  port1.start();
  port2.start();
  assert.equal(await here.call('twice', [21]), 42);
  await assert.rejects(here.call('fail', []), thrown('busy'));
  const open = here.call('never', []);
  here.close(/** @type {any} */ ({ code: 'engine_lost' }));
  await assert.rejects(open, thrown('engine_lost'));
  await assert.rejects(here.call('twice', [1]), thrown('engine_lost'));
  port1.close();
});

/** The answers of a callback to a question. @param {object} callback @param {string} hook @param {any[]} args @param {any} [model] */
async function ask(callback, hook, args, model) {
  const { asked } = splitCallbacks([callback], {});
  /** @type {string[]} */
  const printed = [];
  const stop = await asked.get(0)?.asks(hook, model, args, (text) => printed.push(text));
  return { stop, printed };
}

test('hooks by any of their names, and those of LambdaCallback', async () => {
  /** @type {any[]} */
  const seen = [];
  const hook = (/** @type {any[]} */ ...args) => { seen.push(args); return 'stop'; };
  for (const callback of [{ onBatchEnd: hook }, { on_train_batch_end: hook }, { class_name: 'LambdaCallback', config: { on_batch_end: hook } }]) {
    assert.deepEqual(splitCallbacks([callback], {}).configs, [{ class_name: 'LambdaCallback', config: { on_train_batch_end: true } }]);
    assert.equal((await ask(callback, 'on_train_batch_end', [3, { loss: 1 }])).stop, true);
  }
  assert.deepEqual(seen, Array(3).fill([3, { loss: 1 }]));
  for (const wrong of [{}, { on_nap() {} }, { class_name: 'LambdaCallback', config: { on_epoch_end: 'print' } }, null]) {
    assert.throws(() => splitCallbacks([wrong], {}), thrown('unsupported_option'));
  }
});

test('a scheduler with a function sets the learning rate and logs it', async () => {
  const model = { rate: 0.5, get learningRate() { return Promise.resolve(this.rate); }, async setLearningRate(/** @type {number} */ rate) { this.rate = rate; } };
  const callback = { class_name: 'LearningRateScheduler', config: { schedule: (/** @type {number} */ epoch, /** @type {number} */ rate) => rate / 10 ** epoch, verbose: 1 } };
  const { printed, stop } = await ask(callback, 'on_epoch_begin', [5, {}], model);
  assert.equal(stop, false);
  assert.equal(printed.join(''), '\nEpoch 6: LearningRateScheduler setting learning rate to 5e-06.\n');
  const logs = { loss: 1 };
  await ask(callback, 'on_epoch_end', [5, logs], model);
  assert.deepEqual(Object.entries(logs), [['loss', 1], ['learning_rate', 5e-6]]);
  await assert.rejects(ask({ class_name: 'LearningRateScheduler', config: { schedule: () => 'fast' } }, 'on_epoch_begin', [0, {}], model), thrown('bad_data'));
  assert.deepEqual(splitCallbacks([{ class_name: 'LearningRateScheduler', config: { schedule: [0.1] } }], {}).asked.size, 0);
});

test('floats are printed as Python prints them', () => {
  const numbers = [0, -0, 1, 0.1, 0.0001, 0.00012345, 0.00001, 1.5e-7, 123456.789, 1e15, 1e16, NaN, -Infinity, Math.fround(0.1)];
  assert.deepEqual(numbers.map(pythonFloat), [
    '0.0', '-0.0', '1.0', '0.1', '0.0001', '0.00012345', '1e-05', '1.5e-07', '123456.789', '1000000000000000.0', '1e+16', 'nan', '-inf', '0.10000000149011612',
  ]);
});

test('files of a run: logs grow, checkpoints are built when asked, backups go', async () => {
  /** @type {string[]} */
  const heard = [];
  const files = new RunFiles(async (state) => new TextEncoder().encode(`${state.format} ${state.weights}`), (file) => heard.push(file.path));
  const file = (/** @type {string} */ path, /** @type {any} */ kind, /** @type {number} */ epoch, /** @type {any} */ content) => files.hear({ type: 'file', path, kind, epoch, logs: { loss: epoch }, content });
  const text = (/** @type {string} */ bytes, append = true) => ({ bytes: new TextEncoder().encode(bytes), append });
  const read = async (/** @type {number} */ i) => new TextDecoder().decode(await files.list[i].bytes());
  file('log.csv', 'log', 0, text('', false));
  file('best.keras', 'checkpoint', 0, { format: 'keras', config: '{}', weights: ['a'] });
  file('log.csv', 'log', 0, text('epoch\r\n'));
  file('log.csv', 'log', 1, text('1\r\n'));
  file('best.keras', 'checkpoint', 1, { format: 'keras', config: '{}', weights: ['b'] });
  file('backup/latest.weights.h5', 'backup', 1, { format: 'weights.h5', config: '{}', weights: ['c'] });
  files.hear({ type: 'copy', from: 'backup/latest.weights.h5', to: 'backup/latest.weights.h5.bkp' });
  assert.equal(heard.length, 7);
  assert.deepEqual(files.list.map(({ path, kind, epoch }) => [path, kind, epoch]), [
    ['log.csv', 'log', 1], ['best.keras', 'checkpoint', 1], ['backup/latest.weights.h5', 'backup', 1], ['backup/latest.weights.h5.bkp', 'backup', 1],
  ]);
  assert.equal(await read(0), 'epoch\r\n1\r\n');
  assert.equal(await read(1), 'keras b');
  assert.equal(await read(3), 'weights.h5 c');
  files.hear({ type: 'remove', path: 'backup' });
  assert.equal(files.list.length, 2);
});

/** A session that trains batches and asks about each. @param {number} batches */
function session(batches) {
  const state = { step: 0, stopped: false, dropped: false, asked: false, answers: /** @type {any[]} */ ([]) };
  const end = { type: 'end', epoch: [], history: {}, stopped: 'completed', restoredEpoch: null, bestEpoch: null };
  const fit_run = () => {
    if (state.stopped) return { events: [{ ...end, stopped: 'user' }], done: true, ask: null };
    if (state.step === batches) return { events: [end], done: true, ask: null };
    state.asked = !state.asked;
    if (state.asked) return { events: [], done: false, ask: { callback: 0, hook: 'on_train_batch_begin', index: state.step, logs: {} } };
    state.step += 1;
    return { events: [{ type: 'batch', epoch: 0, batch: state.step - 1, batches, logs: {} }], done: false, ask: null };
  };
  return {
    ...state, state, fit_run,
    fit_answer: (/** @type {number} */ _, /** @type {boolean} */ stop) => { state.answers.push(stop); state.stopped ||= stop; },
    fit_stop: () => { state.stopped = true; },
    fit_drop: () => { state.dropped = true; },
  };
}

/** @param {any} fake @param {(ask: import('../../www/engine/types').Ask) => boolean} stops */
const training = (fake, stops = () => false) => new Training(fake, 1, {
  tell() {}, ask: async (ask) => ({ stop: stops(ask), logs: null }), rest: () => new Promise((resolve) => { setImmediate(resolve); }),
});

test('the page is asked at each hook before training goes on', async () => {
  /** @type {(number | null)[]} */
  const asked = [];
  const fake = session(3);
  const end = await training(fake, ({ index }) => { asked.push(index); return false; }).run();
  assert.equal(end.stopped, 'completed');
  assert.deepEqual(asked, [0, 1, 2]);
  assert.deepEqual(fake.state.answers, [false, false, false]);
  assert.ok(fake.state.dropped);
});

test('a hook\'s stop, and Stop while paused, end training', async () => {
  const fake = session(10);
  assert.equal((await training(fake, ({ index }) => index === 2).run()).stopped, 'user');
  assert.equal(fake.state.step, 2);
  const paused = session(1e9);
  const run = training(paused);
  const ended = run.run();
  await new Promise((resolve) => { setTimeout(resolve, 20); });
  run.pause();
  await new Promise((resolve) => { setTimeout(resolve, 20); });
  const { step } = paused.state;
  await new Promise((resolve) => { setTimeout(resolve, 20); });
  assert.equal(paused.state.step, step);
  run.stop();
  assert.equal((await ended).stopped, 'user');
});

// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Selection, toBytes, toWire } from '../../www/engine/arrays.js';
import { plainError } from '../../www/engine/errors.js';
import { compileOptions, fitRequest } from '../../www/engine/options.js';
import { connect } from '../../www/engine/rpc.js';
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

test('a fit splits arrays, Keras callbacks and hooks', () => {
  const early = { class_name: 'EarlyStopping', config: { patience: 3 } };
  const { options, hooks, listeners } = fitRequest(new Selection({ x: { id: 1 }, y: { id: 2 }, weight: { id: 3 } }), null, {
    batchSize: 16, validationData: [x, y], callbacks: [early, { onTrainBegin() {} }], onEpochEnd() {}, onEvent() {},
  });
  assert.equal(options.batch_size, 16);
  assert.deepEqual(options.callbacks, [early]);
  assert.deepEqual(options.sample_weight, { id: 3 });
  assert.equal(options.validation_data.length, 2);
  assert.deepEqual(hooks, ['onTrainBegin', 'onEpochEnd']);
  assert.equal(listeners.length, 2);
  assert.throws(() => fitRequest(x, y, { callbacks: [{ onEpochEndd() {} }] }), thrown('unsupported_option'));
});

test('a model is recognised by its content', async () => {
  const json = '{"class_name": "Sequential", "config": {}}';
  assert.deepEqual(await modelSource(JSON.parse(json)), { json: '{"class_name":"Sequential","config":{}}' });
  assert.deepEqual(await modelSource(new TextEncoder().encode(json)), { json });
  assert.ok('keras' in await modelSource({ 'm.keras': Uint8Array.of(0x50, 0x4b, 3, 4) }));
  await assert.rejects(modelSource(Uint8Array.of(0x89, 0x48, 0x44, 0x46)), thrown('unsupported_option'));
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

/** A session that trains two batches an epoch, one per slice. @param {number} epochs */
function session(epochs) {
  const state = { step: 0, stopped: false, dropped: false };
  const end = { type: 'end', epoch: [], history: {}, stopped: 'completed', restoredEpoch: null, bestEpoch: null };
  const fit_run = () => {
    if (state.stopped) return { events: [{ ...end, stopped: 'user' }], done: true };
    const epoch = Math.floor(state.step / 2);
    const batch = state.step++ % 2;
    const events = /** @type {any[]} */ ([{ type: 'batch', epoch, batch, batches: 2, logs: {} }]);
    if (batch) events.push({ type: 'epoch', epoch, logs: { loss: 1 } });
    const done = state.step === 2 * epochs;
    if (done) events.push(end);
    return { events, done };
  };
  return { ...state, state, fit_run, fit_stop: () => { state.stopped = true; }, fit_drop: () => { state.dropped = true; } };
}

/** @param {any} fake @param {(name: string, args: any[]) => boolean} ask */
const training = (fake, ask = () => false) => new Training(fake, 1, ['onTrainBegin', 'onEpochBegin', 'onBatchEnd', 'onEpochEnd', 'onTrainEnd'], {
  tell() {}, ask: async (name, args) => ask(name, args), rest: () => new Promise((resolve) => { setImmediate(resolve); }),
});

test('hooks are asked in Keras\' order', async () => {
  /** @type {string[]} */
  const asked = [];
  const fake = session(2);
  const end = await training(fake, (name, [first]) => { asked.push(typeof first === 'number' ? `${name} ${first}` : name); return false; }).run(0);
  assert.equal(end.stopped, 'completed');
  assert.deepEqual(asked, [
    'onTrainBegin', 'onEpochBegin 0', 'onBatchEnd 0', 'onBatchEnd 1', 'onEpochEnd 0',
    'onEpochBegin 1', 'onBatchEnd 0', 'onBatchEnd 1', 'onEpochEnd 1', 'onTrainEnd',
  ]);
  assert.ok(fake.state.dropped);
});

test('a hook\'s stop, and Stop while paused, end training', async () => {
  const fake = session(10);
  assert.equal((await training(fake, (name) => name === 'onEpochEnd').run(0)).stopped, 'user');
  assert.equal(fake.state.step, 2);
  const paused = session(10);
  const run = training(paused);
  const ended = run.run(0);
  run.pause();
  await new Promise((resolve) => { setTimeout(resolve, 20); });
  const { step } = paused.state;
  await new Promise((resolve) => { setTimeout(resolve, 20); });
  assert.equal(paused.state.step, step);
  run.stop();
  assert.equal((await ended).stopped, 'user');
});

// The JS module: what a script of any page can do, and how fast a busy engine answers.
import { expect, test } from './fixtures.js';

/** A page with the module in `window.Dojo` and a small task in `window.task`. */
async function open(page, site) {
  await page.goto(`${site}embed/example.html`);
  await page.evaluate(async (url) => {
    const { Dojo } = await import(url);
    const random = (seed) => () => ((seed = (seed * 1103515245 + 12345) % 2 ** 31) / 2 ** 31);
    /** Points in a plane: is the sum of both above one? */
    const points = (count) => {
      const next = random(7);
      const x = Float32Array.from({ length: 2 * count }, next);
      const y = Uint8Array.from({ length: count }, (_, i) => Number(x[2 * i] + x[2 * i + 1] > 1));
      return { x: { data: x, shape: [count, 2] }, y: { data: y, shape: [count, 1] } };
    };
    const network = (units = 16) => ({
      class_name: 'Sequential',
      config: {
        layers: [
          { class_name: 'Dense', config: { units, activation: 'relu' } },
          { class_name: 'Dense', config: { units: 1, activation: 'sigmoid' } },
        ],
      },
    });
    const compile = { optimizer: { class_name: 'Adam', config: { learning_rate: 0.01 } }, loss: 'binary_crossentropy', metrics: ['accuracy'] };
    const model = async (dojo, units) => {
      const made = await dojo.loadModel(network(units), { seed: 1 });
      await made.compile(compile);
      return made;
    };
    Object.assign(window, { Dojo, task: { points, network, compile, model } });
  }, `${site}embed/model-dojo.js`);
}

for (const isolates of [true, false]) {
  test(`fit, evaluate, predict, summary and weights, ${isolates ? 'isolated' : 'not isolated'}`, async ({ page, isolated, plain }) => {
    await open(page, isolates ? isolated : plain);
    const got = await page.evaluate(async () => {
      const { Dojo, task } = window;
      const dojo = await Dojo.start(crossOriginIsolated ? { threads: 2 } : {});
      const { x, y } = task.points(400);
      const model = await task.model(dojo);
      const hooks = [];
      const fitted = await model.fit(x, y, {
        epochs: 20, batchSize: 32, validationSplit: 0.25,
        onEpochEnd: (epoch, logs) => hooks.push([epoch, logs]),
      });
      const evaluated = await model.evaluate(x, y);
      const predicted = await model.predict({ data: Float32Array.of(0.1, 0.1, 0.9, 0.9), shape: [2, 2] });
      const summary = await model.summary();
      const weights = await model.getWeights();
      await model.setWeights(weights.map(({ data, shape }) => ({ data: data.fill(0), shape })));
      const blank = await model.predict({ data: Float32Array.of(0.1, 0.1), shape: [1, 2] });
      await dojo.close();
      return { info: dojo.info, fitted, hooks, evaluated, predicted: { ...predicted, data: [...predicted.data] }, summary, weights: weights.map((weight) => [weight.path, weight.shape]), blank: blank.data[0], kept: x.data.length };
    });
    expect(got.info).toMatchObject({ isolated: isolates, threads: isolates ? 2 : 1, simd: 'relaxed-simd' });
    expect(got.fitted.epoch).toEqual(Array.from({ length: 20 }, (_, i) => i));
    expect(Object.keys(got.fitted.history).sort()).toEqual(['accuracy', 'loss', 'val_accuracy', 'val_loss']);
    expect(got.fitted.stopped).toBe('completed');
    expect(got.hooks.map(([epoch]) => epoch)).toEqual(got.fitted.epoch);
    expect(got.hooks.map(([, logs]) => logs.val_loss)).toEqual(got.fitted.history.val_loss);
    expect(got.evaluated.accuracy).toBeGreaterThan(0.95);
    expect(got.predicted.shape).toEqual([2, 1]);
    expect(got.predicted.data[0]).toBeLessThan(0.2);
    expect(got.predicted.data[1]).toBeGreaterThan(0.8);
    expect(got.summary).toContain('Trainable params: 65');
    expect(got.weights.map(([, shape]) => shape)).toEqual([[2, 16], [16], [16, 1], [1]]);
    expect(got.blank).toBe(0.5);
    expect(got.kept).toBe(800);
  });
}

for (const isolates of [true, false]) {
  test(`pause, predict, resume and stop answer within 100 ms, ten times each, ${isolates ? 'isolated' : 'not isolated'}`, async ({ page, isolated, plain }) => {
    await open(page, isolates ? isolated : plain);
    const times = await page.evaluate(async () => {
      const { Dojo, task } = window;
      const dojo = await Dojo.start(crossOriginIsolated ? { threads: 2 } : {});
      const { x, y } = task.points(4000);
      const model = await task.model(dojo, 512);
      const taken = /** @type {Record<string, number[]>} */ ({ pause: [], predict: [], resume: [], stop: [] });
      const wait = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });
      const time = async (name, work) => {
        const start = performance.now();
        await work;
        taken[name].push(performance.now() - start);
      };
      for (let i = 0; i < 10; i++) {
        let batches = 0;
        const fit = model.fit(x, y, { epochs: 10000, batchSize: 32, onEvent: ({ type }) => { batches += Number(type === 'batch'); } });
        await wait(150);
        await time('pause', model.pause());
        const held = batches;
        await time('predict', model.predict({ data: Float32Array.of(0.1, 0.1), shape: [1, 2] }));
        await wait(60);
        if (batches !== held || !held) throw new Error(`paused at ${held} events, then came ${batches - held}`);
        await time('resume', model.resume());
        await wait(100);
        if (batches === held) throw new Error('training did not go on');
        await time('stop', Promise.all([model.stop(), fit]));
      }
      return taken;
    });
    for (const [name, list] of Object.entries(times)) {
      console.log(`${name}: ${list.map((ms) => ms.toFixed(0)).join(' ')} ms`);
      expect(list.length).toBe(10);
      expect(Math.max(...list), name).toBeLessThan(100);
    }
  });
}

test('hooks are awaited, stop by their word and hand on their errors', async ({ page, plain }) => {
  await open(page, plain);
  const got = await page.evaluate(async () => {
    const { Dojo, task } = window;
    const dojo = await Dojo.start();
    const { x, y } = task.points(96);
    const model = await task.model(dojo);
    const order = [];
    const slow = (name) => async (...args) => {
      order.push(`${name} ${typeof args[0] === 'number' ? args[0] : ''}`.trim());
      await new Promise((resolve) => { setTimeout(resolve, 5); });
      order.push('.');
    };
    await model.fit(x, y, {
      epochs: 2,
      callbacks: [{ onTrainBegin: slow('begin'), onEpochBegin: slow('epoch'), onTrainEnd: slow('end') }],
      onBatchEnd: slow('batch'), onEpochEnd: slow('epoch end'),
    });
    const early = await model.fit(x, y, { epochs: 50, callbacks: [{ class_name: 'EarlyStopping', config: { monitor: 'loss', patience: 1, min_delta: 10 } }] });
    const stopped = await model.fit(x, y, { epochs: 50, onEpochEnd: (epoch) => (epoch === 2 ? 'stop' : undefined) });
    const failed = await model.fit(x, y, { epochs: 50, onEpochEnd() { throw new Error('mine'); } }).catch((error) => error.message);
    const again = await model.fit(x, y, { epochs: 1 });
    await dojo.close();
    return { order: order.join(' '), early, stopped, failed, again };
  });
  const epoch = (n) => `epoch ${n} . batch 0 . batch 1 . batch 2 . epoch end ${n} .`;
  expect(got.order).toBe(`begin . ${epoch(0)} ${epoch(1)} end .`);
  expect(got.early).toMatchObject({ stopped: 'early_stopping', epoch: [0, 1] });
  expect(got.stopped).toMatchObject({ stopped: 'user', epoch: [0, 1, 2] });
  expect(got.stopped.history.loss.length).toBe(3);
  expect(got.failed).toBe('mine');
  expect(got.again.stopped).toBe('completed');
});

test('callbacks: files, learning rates and texts as Keras makes them', async ({ page, plain }) => {
  await open(page, plain);
  const got = await page.evaluate(async () => {
    const { Dojo, task } = window;
    const dojo = await Dojo.start();
    const { x, y } = task.points(96);
    const model = await task.model(dojo);
    const heard = [];
    let text = '';
    const read = async (file) => new TextDecoder().decode(await file.bytes());
    const end = await model.fit(x, y, {
      epochs: 3, verbose: 2,
      callbacks: [
        { on_epoch_begin: (epoch) => { if (epoch === 2) model.learningRate = 0.001; } },
        { on_epoch_end: (epoch, logs) => { logs.mine = epoch; } },
        { class_name: 'ModelCheckpoint', config: { filepath: 'all/{epoch:02d}.keras', verbose: 1 } },
        { class_name: 'ModelCheckpoint', config: { filepath: 'best.weights.h5', monitor: 'loss', save_best_only: true, save_weights_only: true } },
        { class_name: 'ReduceLROnPlateau', config: { monitor: 'loss' } },
        { class_name: 'CSVLogger', config: { filename: 'log.csv' } },
        { class_name: 'TensorBoard', config: {} },
        { class_name: 'BackupAndRestore', config: { backup_dir: 'backup' } },
      ],
      onFile: ({ path, kind, epoch }) => heard.push(`${kind} ${path} ${epoch}`),
      onText: (more) => { text += more; },
    });
    const file = (path) => end.files.find((one) => one.path === path);
    const first = await dojo.loadModel({ 'first.keras': await file('all/01.keras').bytes() });
    const [later, before] = [await model.evaluate(x, y), await first.evaluate(x, y)];
    await model.restore(file('all/01.keras'));
    const restored = await model.evaluate(x, y);
    const rate = await model.learningRate;
    const wrong = await model.restore(file('log.csv')).catch((error) => error.code);
    const weights = [...(await file('best.weights.h5').bytes()).subarray(1, 4)];
    const scheduled = await model.fit(x, y, {
      epochs: 2, callbacks: [{ class_name: 'LearningRateScheduler', config: { schedule: (epoch, given) => given / (epoch + 1) } }],
    });
    model.learningRate = -1;
    const negative = await model.learningRate.catch((error) => error.code);
    const nan = { data: Float32Array.from(y.data, (value, i) => (i === 40 ? NaN : value)), shape: y.shape };
    const terminated = await model.fit(x, nan, { epochs: 2, shuffle: false, callbacks: [{ class_name: 'TerminateOnNaN' }] });
    const log = await read(file('log.csv'));
    await dojo.close();
    return {
      names: Dojo.callbacks, heard, text, history: end.history, paths: end.files.map(({ path }) => path.replace(/\d{6,}.*/, '')),
      later, before, restored, rate, wrong, weights, scheduled: scheduled.history.learning_rate, negative, terminated, log,
    };
  });
  expect(got.names).toContain('ModelCheckpoint');
  expect(Object.keys(got.history)).toEqual(['accuracy', 'loss', 'mine', 'learning_rate']);
  expect(got.history.mine).toEqual([0, 1, 2]);
  expect(got.history.learning_rate).toEqual([0.01, 0.01, 0.001].map(Math.fround));
  expect(got.heard).toContain('checkpoint all/02.keras 1');
  expect(got.heard).toContain('backup backup/latest.weights.h5 3');
  expect(got.paths).toEqual(['log.csv', 'logs/train/events.out.tfevents.', 'all/01.keras', 'best.weights.h5', 'all/02.keras', 'all/03.keras']);
  expect(got.text).toMatch(/^Epoch 1\/3\n\nEpoch 1: saving model to all\/01\.keras\n\nEpoch 1: finished saving model to all\/01\.keras\n3\/3 - 0s - \d+[mu]s\/step - accuracy: 0\.\d{4} - loss: 0\.\d{4} - mine: 0\.0000e\+00 - learning_rate: 0\.0100\n/);
  expect(got.log.split('\r\n')[0]).toBe('epoch,accuracy,learning_rate,loss,mine,val_accuracy,val_learning_rate,val_loss,val_mine');
  expect(got.before).not.toEqual(got.later);
  expect(got.restored).toEqual(got.before);
  expect(got.rate).toBe(Math.fround(0.01));
  expect(got.wrong).toBe('bad_data');
  expect(got.weights).toEqual([0x48, 0x44, 0x46]);
  expect(got.scheduled).toEqual([0.01, Math.fround(0.01) / 2].map(Math.fround));
  expect(got.negative).toBe('unsupported_option');
  expect(got.terminated).toMatchObject({ stopped: 'terminated', epoch: [0] });
});

test('an abort resolves, a second fit is busy, a closed engine rejects', async ({ page, plain }) => {
  await open(page, plain);
  const got = await page.evaluate(async () => {
    const { Dojo, task } = window;
    const code = (promise) => promise.then(() => 'resolved', (error) => error.code);
    const dojo = await Dojo.start();
    const { x, y } = task.points(320);
    const [model, other] = [await task.model(dojo), await task.model(dojo)];
    const control = new AbortController();
    const fit = model.fit(x, y, { epochs: 100000, signal: control.signal, onEvent: ({ type, epoch }) => { if (type === 'epoch' && epoch === 3) control.abort(); } });
    const busy = [await code(model.fit(x, y)), await code(other.fit(x, y))];
    const aborted = await fit;
    const before = await model.fit(x, y, { signal: AbortSignal.abort() });
    const open = code(model.fit(x, y, { epochs: 100000 }));
    await new Promise((resolve) => { setTimeout(resolve, 100); });
    await dojo.close();
    return { busy, aborted, before, open: await open, after: [await code(model.summary()), await code(dojo.loadModel(task.network()))] };
  });
  expect(got.busy).toEqual(['busy', 'busy']);
  expect(got.aborted.stopped).toBe('user');
  expect(got.aborted.epoch.length).toBeGreaterThanOrEqual(4);
  expect(got.aborted.history.loss.length).toBe(got.aborted.epoch.length);
  expect(got.before.epoch).toEqual([]);
  expect(got.open).toBe('engine_lost');
  expect(got.after).toEqual(['engine_lost', 'engine_lost']);
});

test('errors carry their code, and the engine goes on', async ({ page, plain }) => {
  await open(page, plain);
  const codes = await page.evaluate(async () => {
    const { Dojo, task } = window;
    const code = (promise) => promise.then(() => 'resolved', (error) => `${error.name} ${error.code}`);
    const dojo = await Dojo.start();
    const { x, y } = task.points(64);
    const model = await task.model(dojo);
    const bare = await dojo.loadModel(task.network());
    const shown = {
      notCompiled: await code(bare.fit(x, y)),
      shape: await code(model.fit({ data: x.data, shape: [32, 2] }, y)),
      rows: await code(model.fit({ data: x.data.slice(0, 64), shape: [32, 2] }, y)),
      nested: await code(model.fit([[1, 2], [3, 4]], y)),
      unknown: await code(dojo.loadModel({ class_name: 'Sequential', config: { layers: [{ class_name: 'Denze', config: { units: 1 } }] } })),
      option: await code(model.fit(x, y, { epoch: 3 })),
      loss: await code(bare.compile({ loss: 'nonsense' })),
      file: await code(dojo.loadModel(Uint8Array.of(1, 2, 3))),
      h5: await code(dojo.loadModel(Uint8Array.of(0x89, 0x48, 0x44, 0x46))),
      network: await code(dojo.loadModel('missing.keras')),
      weights: await code(model.loadWeights(Uint8Array.of(1, 2, 3))),
      save: await code(model.save('onnx')),
    };
    const end = await model.fit(x, y, { epochs: 1 });
    await model.dispose();
    shown.disposed = await code(model.summary());
    await dojo.close();
    return { ...shown, end: end.stopped };
  });
  expect(codes).toEqual({
    notCompiled: 'DojoError not_compiled', shape: 'DojoError shape_mismatch', rows: expect.stringMatching(/DojoError (shape_mismatch|bad_data)/),
    nested: 'DojoError bad_data', unknown: 'DojoError unknown_class', option: 'DojoError unsupported_option',
    loss: expect.stringMatching(/DojoError (unknown_class|unsupported_option)/), file: 'DojoError bad_file', h5: 'DojoError bad_file',
    network: 'DojoError network', weights: 'DojoError bad_file', save: 'DojoError unsupported_option', disposed: 'DojoError bad_data', end: 'completed',
  });
});

test('a trap rejects what is open; the next load starts a new engine', async ({ page, plain }) => {
  await page.context().route('**/pkg/single*/model_dojo.js', async (route) => {
    const answer = await route.fetch();
    const trap = 'Session.prototype.summary = () => { throw new WebAssembly.RuntimeError("unreachable"); };';
    await route.fulfill({ response: answer, body: `${await answer.text()}\n${trap}` });
  });
  await open(page, plain);
  const got = await page.evaluate(async () => {
    const { Dojo, task } = window;
    const code = (promise) => promise.then(() => 'resolved', (error) => error.code);
    const dojo = await Dojo.start();
    const { x, y } = task.points(320);
    const model = await task.model(dojo);
    const open = code(model.fit(x, y, { epochs: 100000 }));
    const trapped = await code(model.summary());
    const codes = [trapped, await open, await code(model.predict(x))];
    const next = await task.model(dojo);
    const end = await next.fit(x, y, { epochs: 2 });
    await dojo.close();
    return { codes, end: end.stopped };
  });
  expect(got).toEqual({ codes: ['engine_lost', 'engine_lost', 'engine_lost'], end: 'completed' });
});

test('data by name: a CSV is described, selected and learned from', async ({ page, plain }) => {
  await open(page, plain);
  const got = await page.evaluate(async () => {
    const { Dojo } = window;
    const dojo = await Dojo.start();
    const rows = Array.from({ length: 60 }, (_, i) => `${i / 30 - 1},${(i / 30 - 1) * 2 - 1}`);
    const data = await dojo.loadData('line', new TextEncoder().encode(['x,y', ...rows].join('\n')), {});
    const chosen = await data.select({ features: ['x'], label: 'y' });
    const model = await dojo.loadModel({ class_name: 'Sequential', config: { layers: [{ class_name: 'Dense', config: { units: 1 } }] } });
    await model.compile({ optimizer: { class_name: 'SGD', config: { learning_rate: 0.1 } }, loss: 'mse' });
    const end = await model.fit(chosen.x, chosen.y, { epochs: 60 });
    const whole = await model.evaluate(chosen);
    const first = await data.readRows(0, 2);
    const broken = await dojo.loadData('bad', Uint8Array.of(0, 1, 2, 3, 255)).catch((error) => error.code);
    await dojo.close();
    return { kind: data.kind, rows: data.rows, names: data.columns.map(({ name }) => name), loss: end.history.loss.at(-1), whole, first, broken };
  });
  expect(got).toMatchObject({ kind: 'table', rows: 60, names: ['x', 'y'] });
  expect(got.loss).toBeLessThan(1e-3);
  expect(got.whole.loss).toBeLessThan(1e-3);
  expect(got.first).toEqual([['-1', '-3'], [String(1 / 30 - 1), String((1 / 30 - 1) * 2 - 1)]]);
  expect(got.broken).toMatch(/^bad_(file|data)$/);
});

test('a .keras file goes out and comes back, its compile_config with it', async ({ page, plain }) => {
  await open(page, plain);
  const got = await page.evaluate(async () => {
    const { Dojo, task } = window;
    const dojo = await Dojo.start();
    const { x, y } = task.points(64);
    const model = await task.model(dojo);
    await model.fit(x, y, { epochs: 3 });
    const bytes = await model.save('keras');
    const back = await dojo.loadModel({ 'model.keras': bytes });
    const [before, after] = [await model.evaluate(x, y), await back.evaluate(x, y)];
    const more = await back.fit(x, y, { epochs: 1 });
    await dojo.close();
    return { zip: [...bytes.subarray(0, 2)], before, after, more: more.stopped };
  });
  expect(got.zip).toEqual([0x50, 0x4b]);
  expect(got.after).toEqual(got.before);
  expect(got.more).toBe('completed');
});

test('.h5, .weights.h5 and safetensors go out and come back', async ({ page, plain }) => {
  await open(page, plain);
  const got = await page.evaluate(async () => {
    const { Dojo, task } = window;
    const dojo = await Dojo.start();
    const { x, y } = task.points(64);
    const model = await task.model(dojo);
    await model.fit(x, y, { epochs: 3 });
    const expected = await model.evaluate(x, y);
    const results = [await (await dojo.loadModel(await model.save('h5'))).evaluate(x, y)];
    for (const format of ['h5', 'weights.h5', 'safetensors', 'keras']) {
      const other = await task.model(dojo);
      await other.predict(x); // It has variables once it knows its input.
      await other.loadWeights(await model.save(format));
      results.push(await other.evaluate(x, y));
    }
    const refused = await dojo.loadModel(await model.save('safetensors')).catch((error) => error.message);
    await dojo.close();
    return { expected, results, refused };
  });
  expect(got.results).toEqual(Array(5).fill(got.expected));
  expect(got.refused).toContain('loadWeights');
});

test('twenty models made, trained and disposed of leave no memory behind', async ({ page, plain }) => {
  await open(page, plain);
  const sizes = await page.evaluate(async () => {
    const { Dojo, task } = window;
    const dojo = await Dojo.start();
    const { x, y } = task.points(2000);
    const memory = [];
    for (let round = 0; round < 20; round++) {
      const model = await task.model(dojo, 4096);
      await model.fit(x, y, { epochs: 1, batchSize: 256 });
      await model.dispose();
      memory.push(await dojo.memory());
    }
    await dojo.close();
    return memory;
  });
  console.log(`memory: ${sizes.map((bytes) => (bytes / 2 ** 20).toFixed(1)).join(' ')} MiB`);
  expect(sizes[19]).toBe(sizes[4]);
});

test('a model of texts learns its vocabulary, trains and keeps it in its file', async ({ page, isolated }) => {
  await open(page, isolated);
  const got = await page.evaluate(async () => {
    const dojo = await window.Dojo.start({ threads: 2 });
    const layers = [
      { class_name: 'InputLayer', config: { batch_shape: [null], dtype: 'string' } },
      { class_name: 'TextVectorization', config: { name: 'words', output_sequence_length: 4 } },
      { class_name: 'Embedding', config: { input_dim: 12, output_dim: 4 } },
      { class_name: 'GlobalAveragePooling1D', config: {} },
      { class_name: 'Dense', config: { units: 1, activation: 'sigmoid' } },
    ];
    const model = await dojo.loadModel({ class_name: 'Sequential', config: { layers } }, { seed: 3 });
    const texts = { data: ['A good film!', 'a bad film', 'Good, good', 'bad bad bad'], shape: [4] };
    await model.adapt('words', texts);
    await model.compile({ optimizer: { class_name: 'Adam', config: { learning_rate: 0.1 } }, loss: 'binary_crossentropy' });
    await model.fit(texts, { data: Float32Array.of(1, 0, 1, 0), shape: [4, 1] }, { epochs: 40 });
    const predicted = [...(await model.predict(texts)).data];
    const again = await dojo.loadModel(await model.save());
    const reread = [...(await again.predict(texts)).data];
    await dojo.close();
    return { predicted, reread };
  });
  expect(got.predicted.map((p) => p > 0.5)).toEqual([true, false, true, false]);
  expect(got.reread).toEqual(got.predicted);
});

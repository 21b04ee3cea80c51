// @ts-check
/** A workload through this engine's public module: what the benchmark and the studio's own page time. */

/** A layer's Keras config. @type {Record<string, (layer: any) => {class_name: string, config: object}>} */
const LAYERS = {
  dense: ({ units, activation }) => ({ class_name: 'Dense', config: { units, activation: activation ?? 'linear' } }),
  embedding: ({ words, units }) => ({ class_name: 'Embedding', config: { input_dim: words, output_dim: units } }),
  average: () => ({ class_name: 'GlobalAveragePooling1D', config: {} }),
  conv: ({ filters }) => ({ class_name: 'Conv2D', config: { filters, kernel_size: [3, 3], activation: 'relu' } }),
  pool: () => ({ class_name: 'MaxPooling2D', config: { pool_size: [2, 2] } }),
  flatten: () => ({ class_name: 'Flatten', config: {} }),
};
const LOSSES = { classes: 'sparse_categorical_crossentropy', binary: 'binary_crossentropy', numbers: 'mse' };

/** A Functional model's Keras JSON. @param {import('./workloads.js').Inference} workload */
function functional({ network, shape }) {
  const tensor = (/** @type {string} */ name) => ({ class_name: '__keras_tensor__', config: { shape: null, dtype: 'float32', keras_history: [name, 0, 0] } });
  const input = { class_name: 'InputLayer', name: 'input', config: { name: 'input', batch_shape: [null, ...shape] }, inbound_nodes: [] };
  const layers = network.map(({ name, kind, config, inputs }) => {
    const tensors = inputs.map(tensor);
    const args = tensors.length === 1 ? tensors : [tensors];
    return { class_name: kind, name, config: { name, ...config }, inbound_nodes: [{ args, kwargs: {} }] };
  });
  const output = layers[layers.length - 1].name;
  return { class_name: 'Functional', config: { name: 'network', layers: [input, ...layers], input_layers: [['input', 0, 0]], output_layers: [[output, 0, 0]] } };
}

/**
 * Makes a network for inference and its images.
 * @param {import('../../www/engine/dojo.js').Dojo} dojo @param {import('./workloads.js').Inference} workload
 */
export async function prepareInference(dojo, workload) {
  const { shape, batch, rows } = workload;
  const model = await dojo.loadModel(functional(workload), { seed: 1 });
  const images = await dojo.addArray({ data: workload.x(rows), shape: [rows, ...shape] });
  return {
    /** Milliseconds of each of `epochs` predictions of all images; one more before them warms up. @param {number} epochs */
    async run(epochs) {
      const times = [];
      for (let i = 0; i <= epochs; i++) {
        const started = performance.now();
        await model.predict(images, { batchSize: batch });
        times.push(performance.now() - started);
      }
      return times.slice(1);
    },
    async dispose() {
      await model.dispose();
      await images.drop();
    },
  };
}

/**
 * Makes a workload's model and data; `run` then trains, again and again.
 * @param {import('../../www/engine/dojo.js').Dojo} dojo @param {import('./workloads.js').Workload} workload
 */
export async function prepare(dojo, workload) {
  const { layers, shape, optimizer, loss, batch, rows, validation = 0, integers } = workload;
  const input = { class_name: 'InputLayer', config: { batch_shape: [null, ...shape], dtype: integers ? 'int32' : 'float32' } };
  const config = { layers: [input, ...layers.map((layer) => LAYERS[layer.kind](layer))] };
  const model = await dojo.loadModel({ class_name: 'Sequential', config }, { seed: 1 });
  await model.compile({ optimizer, loss: LOSSES[loss], metrics: [loss === 'numbers' ? 'mae' : 'accuracy'] });
  /** @type {Awaited<ReturnType<typeof dojo.addArray>>[]} */
  const kept = [];
  const keep = async (/** @type {Float32Array | Int32Array} */ data, /** @type {number[]} */ dims) => {
    const array = await dojo.addArray({ data, shape: dims });
    kept.push(array);
    return array;
  };
  const part = async (/** @type {number} */ count) => [await keep(workload.x(count), [count, ...shape]), await keep(workload.y(count), [count, 1])];
  const [x, y] = await part(rows);
  const validationData = validation ? await part(validation) : undefined;
  return {
    /** Milliseconds of each of `epochs` epochs; one more before them warms up. @param {number} epochs @param {AbortSignal} [signal] */
    async run(epochs, signal) {
      /** @type {number[]} */
      const times = [];
      // The worker's clock: what the page hears comes in slices.
      const onEvent = (/** @type {import('../../www/engine/types').FitEvent} */ event) => {
        if (event.type === 'epoch') times.push(event.time);
      };
      await model.fit(x, y, { epochs: epochs + 1, batchSize: batch, shuffle: false, validationData, onEvent, signal });
      return times.slice(1).map((time, i) => time - times[i]);
    },
    async dispose() {
      await model.dispose();
      for (const array of kept) await array.drop();
    },
  };
}

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

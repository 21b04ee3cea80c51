// This project, through its public module.

const LAYERS = {
  dense: ({ units, activation }) => ({ class_name: 'Dense', config: { units, activation: activation ?? 'linear' } }),
  embedding: ({ words, units }) => ({ class_name: 'Embedding', config: { input_dim: words, output_dim: units } }),
  average: () => ({ class_name: 'GlobalAveragePooling1D', config: {} }),
  conv: ({ filters }) => ({ class_name: 'Conv2D', config: { filters, kernel_size: [3, 3], activation: 'relu' } }),
  pool: () => ({ class_name: 'MaxPooling2D', config: { pool_size: [2, 2] } }),
  flatten: () => ({ class_name: 'Flatten', config: {} }),
};
const LOSSES = { classes: 'sparse_categorical_crossentropy', binary: 'binary_crossentropy', numbers: 'mse' };

export async function start({ threads }) {
  const { Dojo } = await import('/dist/embed/model-dojo.js');
  const dojo = await Dojo.start({ threads });
  return {
    info: dojo.info,
    async prepare(workload) {
      const { layers, shape, optimizer, loss, batch, rows, validation = 0, integers } = workload;
      const input = { class_name: 'InputLayer', config: { batch_shape: [null, ...shape], dtype: integers ? 'int32' : 'float32' } };
      const config = { layers: [input, ...layers.map((layer) => LAYERS[layer.kind](layer))] };
      const model = await dojo.loadModel({ class_name: 'Sequential', config }, { seed: 1 });
      await model.compile({ optimizer, loss: LOSSES[loss], metrics: [loss === 'numbers' ? 'mae' : 'accuracy'] });
      const part = (count) => [
        { data: workload.x(count), shape: [count, ...shape] },
        { data: workload.y(count), shape: [count, 1] },
      ];
      const [x, y] = part(rows);
      const validationData = validation ? part(validation) : undefined;
      return {
        /** Milliseconds of each of `epochs` epochs; one more before them warms up. */
        async run(epochs) {
          const times = [];
          const onEpochEnd = () => void times.push(performance.now());
          await model.fit(x, y, { epochs: epochs + 1, batchSize: batch, shuffle: false, validationData, onEpochEnd });
          return times.slice(1).map((time, i) => time - times[i]);
        },
        dispose: () => model.dispose(),
      };
    },
  };
}

// TensorFlow.js, wasm backend, layers API.
const MODULES = '/bench/node_modules/@tensorflow';

const script = (src) =>
  new Promise((resolve, reject) => {
    const element = Object.assign(document.createElement('script'), { src, onload: resolve, onerror: () => reject(new Error(`${src} is missing`)) });
    document.head.append(element);
  });

export async function start({ threads }) {
  // On two processors it keeps to one thread, whatever it is asked for: it halves what this says.
  Object.defineProperty(navigator, 'hardwareConcurrency', { value: threads > 1 ? 4 : 1, configurable: true });
  await script(`${MODULES}/tfjs/dist/tf.min.js`);
  await script(`${MODULES}/tfjs-backend-wasm/dist/tf-backend-wasm.min.js`);
  const { tf } = window;
  tf.wasm.setWasmPaths(`${MODULES}/tfjs-backend-wasm/dist/`);
  tf.wasm.setThreadsCount(threads);
  await tf.setBackend('wasm');
  await tf.ready();
  const info = { version: tf.version.tfjs, backend: tf.getBackend(), threads: tf.wasm.getThreadsCount() };
  if (info.threads !== threads) throw new Error(`asked for ${threads} threads, got ${info.threads}`);

  const make = {
    dense: ({ units, activation }) => tf.layers.dense({ units, activation }),
    embedding: ({ words, units }) => tf.layers.embedding({ inputDim: words, outputDim: units }),
    average: () => tf.layers.globalAveragePooling1d(),
    conv: ({ filters }) => tf.layers.conv2d({ filters, kernelSize: 3, activation: 'relu' }),
    pool: () => tf.layers.maxPooling2d({ poolSize: 2 }),
    flatten: () => tf.layers.flatten(),
  };
  const losses = { classes: 'sparseCategoricalCrossentropy', binary: 'binaryCrossentropy', numbers: 'meanSquaredError' };
  /** A network for inference; its classes are functions here, its arguments in camel case. */
  function inference({ network, shape, batch, rows, x }) {
    const classes = { Conv2D: 'conv2d', DepthwiseConv2D: 'depthwiseConv2d', BatchNormalization: 'batchNormalization', ReLU: 'reLU', Add: 'add', GlobalAveragePooling2D: 'globalAveragePooling2d', Dense: 'dense' };
    const camel = (config) => Object.fromEntries(Object.entries(config).map(([key, value]) => [key.replace(/_(.)/g, (_, letter) => letter.toUpperCase()), value]));
    const values = { input: tf.input({ shape }) };
    let last;
    for (const { name, kind, config, inputs } of network) {
      const given = inputs.map((input) => values[input]);
      last = values[name] = tf.layers[classes[kind]](camel(config)).apply(given.length === 1 ? given[0] : given);
    }
    const model = tf.model({ inputs: values.input, outputs: last });
    const images = tf.tensor(x(rows), [rows, ...shape]);
    return {
      async run(epochs) {
        const times = [];
        for (let i = 0; i <= epochs; i++) {
          const started = performance.now();
          const found = model.predict(images, { batchSize: batch });
          await found.data();
          found.dispose();
          times.push(performance.now() - started);
        }
        return times.slice(1);
      },
      dispose: () => images.dispose(),
    };
  }
  return {
    info,
    async prepare(workload) {
      if (workload.network) return inference(workload);
      const { layers, shape, optimizer, loss, batch, rows, validation = 0, integers } = workload;
      const model = tf.sequential();
      model.add(tf.layers.inputLayer({ inputShape: shape, dtype: integers ? 'int32' : 'float32' }));
      layers.forEach((layer) => model.add(make[layer.kind](layer)));
      const optimizers = { adam: () => tf.train.adam(0.001), rmsprop: () => tf.train.rmsprop(0.001) };
      model.compile({ optimizer: optimizers[optimizer](), loss: losses[loss], metrics: [loss === 'numbers' ? 'mae' : 'accuracy'] });
      const part = (count) => [
        tf.tensor(workload.x(count), [count, ...shape], integers ? 'int32' : 'float32'),
        tf.tensor(Float32Array.from(workload.y(count)), [count, 1], 'float32'),
      ];
      const [x, y] = part(rows);
      const validationData = validation ? part(validation) : undefined;
      return {
        async run(epochs) {
          const times = [];
          const callbacks = { onEpochEnd: () => void times.push(performance.now()) };
          await model.fit(x, y, { epochs: epochs + 1, batchSize: batch, shuffle: false, verbose: 0, yieldEvery: 'never', validationData, callbacks });
          return times.slice(1).map((time, i) => time - times[i]);
        },
        dispose: () => [x, y, ...(validationData ?? [])].forEach((tensor) => tensor.dispose()),
      };
    },
  };
}

// jax-js, wasm backend: the same networks written as JAX programs, one jitted step each.
import { blockUntilReady, defaultDevice, init, jit, lax, nn, numpy as np, valueAndGrad } from '@jax-js/jax';

/** Drawn as Keras draws them; what they are does not change how long a step takes. */
function initial(layers, shape, next) {
  const draw = (dims, limit) => np.array(Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, () => (2 * next() - 1) * limit)).reshape(dims);
  const zeros = (n) => np.zeros([n]);
  let dims = shape;
  return layers.map(({ kind, units, words, filters }) => {
    if (kind === 'dense') {
      const from = dims.at(-1);
      dims = [...dims.slice(0, -1), units];
      return [draw([from, units], Math.sqrt(6 / (from + units))), zeros(units)];
    }
    if (kind === 'embedding') {
      dims = [...dims, units];
      return [draw([words, units], 0.05)];
    }
    if (kind === 'average') dims = dims.slice(1);
    if (kind === 'conv') {
      // jax-js convolves channels first.
      const from = dims[0];
      dims = [filters, dims[1] - 2, dims[2] - 2];
      return [draw([filters, from, 3, 3], Math.sqrt(6 / (9 * (from + filters)))), np.zeros([filters, 1, 1])];
    }
    if (kind === 'pool') dims = [dims[0], Math.floor(dims[1] / 2), Math.floor(dims[2] / 2)];
    if (kind === 'flatten') dims = [dims.reduce((a, b) => a * b, 1)];
    return [];
  });
}

const FUNCTIONS = { relu: nn.relu };

/** The network up to its last layer's logits. */
function forward(layers, params, x) {
  layers.forEach(({ kind, activation }, i) => {
    if (kind === 'dense') x = np.matmul(x, params[i][0]).add(params[i][1]);
    if (kind === 'embedding') x = np.take(params[i][0], x, 0);
    if (kind === 'average') x = np.mean(x, 1);
    if (kind === 'conv') x = nn.relu(lax.conv(x, params[i][0], [1, 1], 'VALID').add(params[i][1]));
    if (kind === 'pool') {
      const [n, c, h, w] = x.shape;
      const even = x.slice([], [], [0, h - (h % 2)], [0, w - (w % 2)]);
      x = np.max(even.reshape([n, c, Math.floor(h / 2), 2, Math.floor(w / 2), 2]), [3, 5]);
    }
    if (kind === 'flatten') x = x.reshape([x.shape[0], -1]);
    if (FUNCTIONS[activation]) x = FUNCTIONS[activation](x);
  });
  return x;
}

const LOSSES = {
  classes: (z, y) => nn.logSoftmax(z).mul(nn.oneHot(y.reshape([-1]), 10)).sum(-1).mean().neg(),
  binary: (z, y) => nn.softplus(z.ref).sub(z.mul(y)).mean(),
  numbers: (z, y) => np.square(z.sub(y)).mean(),
};

/** Adam and RMSprop as Keras has them, on lists of arrays. */
const UPDATES = {
  adam: (w, g, [m, v], t) => {
    m = m.mul(0.9).add(g.ref.mul(0.1));
    v = v.mul(0.999).add(np.square(g).mul(0.001));
    const rate = np.sqrt(np.subtract(1, np.power(0.999, t.ref))).div(np.subtract(1, np.power(0.9, t))).mul(0.001);
    return [w.sub(rate.mul(m.ref).div(np.sqrt(v.ref).add(1e-7))), [m, v]];
  },
  rmsprop: (w, g, [v], t) => {
    t.dispose();
    v = v.mul(0.9).add(np.square(g.ref).mul(0.1));
    return [w.sub(g.mul(0.001).div(np.sqrt(v.ref.add(1e-7)))), [v]];
  },
};

export async function start() {
  await init('wasm');
  defaultDevice('wasm');
  return {
    info: { version: '0.1.25', backend: 'wasm' },
    async prepare(workload) {
      if (workload.network) throw new Error('this benchmark has no such network in jax-js');
      const { generator, steps } = await import('./workloads.js');
      const { layers, optimizer, loss, batch, rows, validation = 0, integers } = workload;
      const shape = workload.shape.length === 3 ? [workload.shape[2], ...workload.shape.slice(0, 2)] : workload.shape;
      const lossOf = (params, x, y) => LOSSES[loss](forward(layers, params, x), y);
      const slots = optimizer === 'adam' ? 2 : 1;
      const step = jit((params, state, t, x, y) => {
        const kept = params.map((list) => list.map((w) => w.ref));
        const [value, gradients] = valueAndGrad(lossOf)(kept, x, y);
        const updated = params.map((list, i) => list.map((w, j) => UPDATES[optimizer](w, gradients[i][j], state[i][j], t.ref)));
        t.dispose();
        return [updated.map((list) => list.map(([w]) => w)), updated.map((list) => list.map(([, s]) => s)), value];
      });
      const evaluate = jit(lossOf);
      let params = initial(layers, shape, generator(1));
      let state = params.map((list) => list.map((w) => Array.from({ length: slots }, () => np.zeros(w.shape))));
      let t = 0;
      const batches = (count) => {
        const [xs, ys] = [workload.x(count), workload.y(count)];
        const size = xs.length / count;
        const found = [];
        for (let from = 0; from < count; from += batch) {
          const to = Math.min(count, from + batch);
          const x = np.array(xs.slice(from * size, to * size)).reshape([to - from, ...shape]);
          const labels = loss === 'classes' ? Int32Array.from(ys.slice(from, to)) : Float32Array.from(ys.slice(from, to));
          found.push([integers ? x.astype(np.int32) : x, np.array(labels).reshape([to - from, 1])]);
        }
        return found;
      };
      const train = batches(rows);
      const validate = validation ? batches(validation) : [];
      const epoch = async () => {
        for (let i = 0; i < steps(workload); i++) {
          let value;
          const [x, y] = train[i];
          [params, state, value] = step(params, state, np.array(++t), x.ref, y.ref);
          // Without waiting for each step's loss it gets slower.
          await value.data();
        }
        for (const [x, y] of validate) {
          const kept = params.map((list) => list.map((w) => w.ref));
          await evaluate(kept, x.ref, y.ref).data();
        }
      };
      return {
        async run(epochs) {
          await epoch();
          const times = [];
          for (let i = 0; i < epochs; i++) {
            const started = performance.now();
            await epoch();
            await blockUntilReady(params);
            times.push(performance.now() - started);
          }
          return times;
        },
        dispose() {},
      };
    },
  };
}

// Times one product after another, its contestants in turns.
import init, { initThreadPool, peak, Product } from './kernels/dojo_kernels.js';

const THREADS = 2;
/** Milliseconds of one sample, about. */
const SAMPLE = 15;

await init();
await initThreadPool(THREADS - 1);

/** Milliseconds that `work` takes. */
function clock(work) {
  const started = performance.now();
  work();
  return performance.now() - started;
}

onmessage = ({ data: { shape, samples } }) => {
  const product = new Product(THREADS, ...shape);
  const [m, k, n] = shape;
  const flops = 2 * m * k * n;
  const contestants = {
    peak: (repeats) => peak(flops * repeats),
    dojo_single: (repeats) => product.dojo(repeats, false),
    dojo: (repeats) => product.dojo(repeats, true),
    ndarray: (repeats) => product.ndarray(repeats),
  };
  const entries = Object.entries(contestants);
  // The first calls warm up, the later ones tell how many repeats make a sample.
  const once = clock(() => product.ndarray(3)) / 3;
  const repeats = Math.max(1, Math.round(SAMPLE / once));
  for (const [, run] of entries) run(repeats);
  const times = Object.fromEntries(entries.map(([name]) => [name, []]));
  for (let i = 0; i < samples; i++) {
    for (const [name, run] of entries) times[name].push(clock(() => run(repeats)) / repeats);
  }
  product.free();
  postMessage(times);
};
postMessage('ready');

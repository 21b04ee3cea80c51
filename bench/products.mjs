// Matrix products in the page: this engine with one thread and two, ndarray, and the loop that bounds them.
import { ask, open } from './pages.mjs';
import { summary } from './training.mjs';

/** Rows of A, depth, columns of B, whether A and B are stored transposed. */
export const PRODUCTS = {
  'forward 32×784×128': [32, 784, 128, false, false],
  'dW 784×32×128, Xᵀ': [784, 32, 128, true, false],
  'dX 32×128×784, Wᵀ': [32, 128, 784, false, true],
  '512×10000×16': [512, 10000, 16, false, false],
  '256³': [256, 256, 256, false, false],
  '512³': [512, 512, 512, false, false],
  '512³, Xᵀ': [512, 512, 512, true, false],
  '512³, Wᵀ': [512, 512, 512, false, true],
  '1024³': [1024, 1024, 1024, false, false],
};
const SAMPLES = 15;

/** Milliseconds of one product: `{product: {peak, dojo_single, dojo, ndarray}}`. */
export async function products(context, address) {
  const page = await open(context, `${address}bench/page/products.html`);
  const rows = {};
  for (const [name, shape] of Object.entries(PRODUCTS)) {
    const times = await ask(page, `measure(${JSON.stringify(shape)}, ${SAMPLES})`);
    rows[name] = Object.fromEntries(Object.entries(times).map(([system, list]) => [system, summary(list)]));
    console.log(`${name}: ${JSON.stringify(rows[name])}`);
  }
  await page.close();
  return rows;
}

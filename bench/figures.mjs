// What is not training: how fast a table is read, what images take, how soon a page trains, how much it loads.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { filesBelow } from '../scripts/lib.mjs';
import { VARIANTS } from '../scripts/wasm.mjs';
import { ask, launch, open } from './pages.mjs';
import { summary } from './training.mjs';

const STARTS = 3;

/** Reads tables of 100 MB: name, megabytes, median and best milliseconds of each. */
export async function tables(context, address) {
  const page = await open(context, `${address}bench/page/figures.html`);
  const { megabytes, ms } = await ask(page, 'tables()');
  await page.close();
  return Object.entries(ms).map(([name, times]) => ({ name, megabytes, ...summary(times) }));
}

/** Bytes that the engine's memory grows by for 60,000 images of 28×28, and their own. */
export async function images(context, address) {
  const page = await open(context, `${address}bench/page/figures.html`);
  const sizes = await ask(page, 'images()');
  await page.close();
  return sizes;
}

/** Milliseconds from the navigation to the end of the first step, each time in a browser without a cache. */
export async function starts(address) {
  const times = [];
  for (let i = 0; i < STARTS; i++) {
    const browser = await launch();
    try {
      const page = await open(await browser.newContext(), `${address}bench/page/start.html`);
      times.push(await ask(page, 'firstStep'));
    } finally {
      await browser.close();
    }
  }
  return summary(times);
}

/** Kilobytes, gzipped, of each package: its wasm and its scripts. */
export function sizes() {
  const gzipped = (file) => gzipSync(readFileSync(file)).length;
  return Object.keys(VARIANTS).map((name) => {
    const files = filesBelow(`pkg/${name}`).filter((file) => /\.(js|wasm)$/.test(file));
    return { name, kilobytes: files.map(gzipped).reduce((a, b) => a + b, 0) / 1000 };
  });
}

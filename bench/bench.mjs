// `npm run bench [-- --rounds N --only W1,W5 --json FILE]`: this engine beside the other browser
// libraries, in one browser, interleaved. `npm run bench:native [-- --torch]`: native frameworks in
// the same rounds. Prints a Markdown table and, where there is one, each goal beside the ratio.
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { fingerprint, main, once, root, run } from '../scripts/lib.mjs';
import { serve } from '../scripts/serve.mjs';
import { browser, nodeModules } from '../scripts/setup.mjs';
import { NativeSystem, prepareNative } from './native.mjs';
import { goals, table } from './report.mjs';
import { WORKLOADS, perUnit } from './page/workloads.js';

/** Systems of the browser: module and threads. */
const PAGES = {
  dojo: { system: 'dojo', threads: 2 },
  dojo_single: { system: 'dojo', threads: 1 },
  tfjs: { system: 'tfjs', threads: 2 },
  tfjs_single: { system: 'tfjs', threads: 1 },
  jaxjs: { system: 'jaxjs', threads: 1 },
};

/** Seconds after which a system that does not answer counts as failed. */
const PATIENCE = 240;
/** Seconds beyond which a measurement is not repeated. */
const SLOW = 20;

/** A system in a tab of its own. */
class PageSystem {
  static async open(context, address, { system, threads }) {
    const page = await context.newPage();
    await page.goto(`${address}bench/page/?system=${system}&threads=${threads}`);
    await page.waitForFunction('document.title === "loaded"');
    return new PageSystem(page, await page.evaluate('ready()'));
  }

  constructor(page, info) {
    this.page = page;
    this.info = info;
  }

  async measure(name, epochs) {
    await this.page.bringToFront();
    const limit = new Promise((_, reject) => setTimeout(() => reject(new Error(`no answer within ${PATIENCE} s`)), PATIENCE * 1000).unref());
    return Promise.race([this.page.evaluate(`measure('${name}', ${epochs})`), limit]);
  }

  release(name) {
    return this.page.evaluate(`release('${name}')`);
  }

  /** It ends with its browser. */
  close() {}
}

const reason = (error) => String(error?.message ?? error).split('\n')[0].slice(0, 200);

async function launch() {
  const { chromium } = createRequire(new URL('../package.json', import.meta.url))('@playwright/test');
  const args = ['--disable-gpu', '--disable-quic', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
  return chromium.launch({ executablePath: browser().chrome, args });
}

/** Opens all systems; one that does not start is an error in the table. */
async function open(openers, results) {
  const systems = {};
  for (const [name, opener] of Object.entries(openers)) {
    try {
      systems[name] = await opener();
      console.log(`${name}: ${JSON.stringify(systems[name].info)}`);
    } catch (error) {
      console.log(`${name}: ${reason(error)}`);
      for (const workload of Object.values(results)) workload[name] = { error: reason(error) };
    }
  }
  return systems;
}

/** One workload: `rounds` times each system in turn. */
async function compare(workload, systems, rounds, found) {
  const samples = {};
  const slow = new Set();
  for (let round = 0; round < rounds; round++) {
    for (const [name, system] of Object.entries(systems)) {
      if (found[name]?.error || slow.has(name)) continue;
      try {
        const started = performance.now();
        const epochs = WORKLOADS[workload].perEpoch ? 10 : 2;
        (samples[name] ??= []).push(...(await system.measure(workload, epochs)));
        if (performance.now() - started > SLOW * 1000) slow.add(name);
      } catch (error) {
        found[name] = { error: reason(error) };
      }
    }
  }
  for (const [name, list] of Object.entries(samples)) {
    if (found[name]?.error) continue;
    const sorted = list.toSorted((a, b) => a - b);
    found[name] = { median_ms: sorted[Math.floor(sorted.length / 2)], best_ms: sorted[0] };
  }
  for (const [name, system] of Object.entries(systems)) if (!found[name]?.error) await system.release(workload);
}

await main(async () => {
  const { values } = parseArgs({
    options: {
      json: { type: 'string' },
      rounds: { type: 'string', default: '5' },
      only: { type: 'string', default: Object.keys(WORKLOADS).join() },
      native: { type: 'boolean', default: false },
      torch: { type: 'boolean', default: false },
    },
  });
  await nodeModules();
  run('node', ['scripts/build.mjs']);
  await once('bench/node_modules/.stamp', fingerprint([], ['bench/package.json', 'bench/package-lock.json']), () =>
    run('npm', ['ci', '--no-audit', '--no-fund'], { cwd: `${root}/bench` }),
  );
  const results = Object.fromEntries(values.only.split(',').map((name) => [name, {}]));
  const server = await serve(root, 0, { isolated: true });
  const chrome = await launch();
  const context = await chrome.newContext();
  const address = `http://localhost:${server.address().port}/`;
  /** @type {Record<string, () => Promise<PageSystem | NativeSystem>>} */
  const openers = Object.fromEntries(Object.entries(PAGES).map(([name, page]) => [name, () => PageSystem.open(context, address, page)]));
  if (values.native) {
    for (const name of ['keras_tf', 'keras_jax', ...(values.torch ? ['torch'] : [])]) {
      openers[name] = async () => NativeSystem.open(await prepareNative(name), name, WORKLOADS, perUnit);
    }
  }
  const systems = await open(openers, results);
  for (const [workload, found] of Object.entries(results)) {
    await compare(workload, systems, Number(values.rounds), found);
    console.log(`${workload}: ${JSON.stringify(found)}`);
  }
  for (const system of Object.values(systems)) system.close();
  await chrome.close();
  server.closeAllConnections();
  server.close();
  console.log(`\n${new Date().toISOString().slice(0, 10)}, ${cpus().length} × ${cpus()[0].model}, ${values.rounds} rounds\n`);
  console.log(table(results));
  console.log(goals(results));
  if (values.json) writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`);
});

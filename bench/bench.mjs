// `npm run bench [-- --rounds N --only W1,products --systems dojo,jaxjs --json FILE --readme]`: this
// engine beside the other browser libraries, in one browser, interleaved. `npm run bench:native
// [-- --torch]`: native frameworks in the same rounds. Prints Markdown tables, each goal beside the ratio.
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { Failure, fingerprint, main, once, root, run } from '../scripts/lib.mjs';
import { serve } from '../scripts/serve.mjs';
import { nodeModules } from '../scripts/setup.mjs';
import { buildKernels } from '../scripts/wasm.mjs';
import { images, sizes, starts, tables } from './figures.mjs';
import { launch, PAGES } from './pages.mjs';
import { PRODUCTS, products } from './products.mjs';
import { figureGoals, goalTable, productGoals, productTable, trainingGoals, trainingTable } from './report.mjs';
import { ALL, compare, NATIVE, openSystems, reason } from './training.mjs';

const OTHERS = ['products', 'csv', 'images', 'start', 'sizes'];

/** Builds and installs what is measured, unless all of it is there. */
async function install() {
  await nodeModules();
  run('node', ['scripts/build.mjs']);
  await buildKernels();
  await once('bench/node_modules/.stamp', fingerprint([], ['bench/package.json', 'bench/package-lock.json']), () =>
    run('npm', ['ci', '--no-audit', '--no-fund'], { cwd: `${root}/bench` }),
  );
}

/** Words of a list among those there are. */
function chosen(list, all) {
  const words = list?.split(',') ?? all;
  const unknown = words.find((word) => !all.includes(word));
  if (unknown) throw new Failure(`There is no "${unknown}": ${all.join(', ')}.`);
  return words;
}

/** Serves this folder and opens a browser for `work`; both end with it, well or badly. */
async function withBrowser(work) {
  const server = await serve(root, 0, { isolated: true });
  const browser = await launch();
  try {
    const context = await browser.newContext();
    return { ...(await work(context, `http://localhost:${server.address().port}/`)), browser: browser.version() };
  } finally {
    await browser.close();
    server.closeAllConnections();
    server.close();
  }
}

/** Epochs of the workloads that were asked for, by each system in turn. */
async function train(results, names, rounds, context, address) {
  const systems = await openSystems(names, context, address, results);
  try {
    for (const [workload, row] of Object.entries(results)) {
      await compare(workload, systems, rounds, row);
      console.log(`${workload}: ${JSON.stringify(row)}`);
    }
  } finally {
    for (const system of Object.values(systems)) await system.close();
  }
}

/** Trains, multiplies and reads what was asked for. A part that fails says so, and the rest goes on. */
const measure = ({ only, names, rounds }) => withBrowser(async (context, address) => {
  const wanted = (name) => only.includes(name);
  const results = Object.fromEntries(Object.keys(ALL).filter(wanted).map((name) => [name, {}]));
  if (Object.keys(results).length) await train(results, names, rounds, context, address);
  const parts = { products: () => products(context, address), csv: () => tables(context, address), images: () => images(context, address), start: () => starts(address), sizes };
  const found = { results };
  for (const [name, part] of Object.entries(parts)) {
    if (!wanted(name)) continue;
    try {
      found[name] = await part();
    } catch (error) {
      console.log(`${name}: ${reason(error)}`);
    }
  }
  return found;
});

/** Everything measured, as Markdown. */
function report(found, machine) {
  const parts = [machine, ''];
  if (Object.keys(found.results).length) parts.push(trainingTable(found.results));
  if (found.products) parts.push(productTable(found.products, PRODUCTS));
  parts.push(goalTable([...trainingGoals(found.results), ...productGoals(found.products ?? {}), ...figureGoals(found)]));
  return parts.join('\n');
}

/** Puts the report into README.md, and the times into the studio's page that compares with them. */
function publish(text, { results, browser }, { date, processor }) {
  const readme = readFileSync('README.md', 'utf8');
  const [start, end] = ['<!-- benchmark: written by `npm run bench:native -- --readme` -->\n', '<!-- /benchmark -->'];
  const [before, rest] = readme.split(start);
  const after = rest?.split(end)[1];
  if (after === undefined) throw new Failure('README.md lacks the lines between which the benchmark is written.');
  writeFileSync('README.md', `${before}${start}\n${text}\n${end}${after}`);
  const reference = { date, processor, browser, results };
  writeFileSync('www/studio/device/reference.json', `${JSON.stringify(reference, null, 1)}\n`);
}

await main(async () => {
  const { values } = parseArgs({
    options: {
      json: { type: 'string' },
      rounds: { type: 'string', default: '5' },
      only: { type: 'string' },
      systems: { type: 'string' },
      native: { type: 'boolean', default: false },
      torch: { type: 'boolean', default: false },
      readme: { type: 'boolean', default: false },
      'as-built': { type: 'boolean', default: false },
    },
  });
  const only = chosen(values.only, [...Object.keys(ALL), ...OTHERS]);
  const native = values.native ? [...NATIVE, ...(values.torch ? ['torch'] : [])] : [];
  const names = chosen(values.systems, [...Object.keys(PAGES), ...native]);
  if (!values['as-built']) await install();
  const rounds = Number(values.rounds);
  const load = loadavg()[0].toFixed(1);
  const found = await measure({ only, names, rounds });
  const date = new Date().toISOString().slice(0, 10);
  const processor = `${cpus().length} × ${cpus()[0].model}`;
  const text = report(found, `${date}, ${processor}, Chromium ${found.browser}, ${rounds} rounds; load of the machine before: ${load}.`);
  console.log(`\n${text}`);
  if (values.json) writeFileSync(values.json, `${JSON.stringify({ ...found.results, ...found.products }, null, 2)}\n`);
  if (values.readme) publish(text, found, { date, processor });
});

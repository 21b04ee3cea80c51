// `npm test`: every suite, or those named: `node scripts/test.mjs lint rust`. Closes with the sum.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { capture, Failure, filesBelow, main } from './lib.mjs';
import { browser, nodeModules, rust, wasmBindgen, wasmPack } from './setup.mjs';
import { cargoArguments, rustFlags, VARIANTS } from './wasm.mjs';

const EXTRA_DATA = '../shared/data/test-only';
if (existsSync(EXTRA_DATA)) process.env.MODEL_DOJO_EXTRA_DATA ??= resolve(EXTRA_DATA);

/** @typedef {{passed: number, failed: number, skipped: number}} Count */

/** A command that is itself the test. @returns {Promise<Count>} */
async function check(command, ...args) {
  const { ok } = await capture(command, args);
  return { passed: Number(ok), failed: Number(!ok), skipped: 0 };
}

/** A suite of tests: what it counted, and one failure more where it ended badly or ran nothing. */
function suite(ok, count) {
  const broken = (!ok && count.failed === 0) || (ok && count.passed === 0);
  return { ...count, failed: count.failed + Number(broken) };
}

/** A run of cargo's tests, natively or by wasm-pack. @returns {Promise<Count>} */
async function cargoTests(command, args, env) {
  const { ok, output } = await capture(command, args, { env });
  const count = { passed: 0, failed: 0, skipped: 0 };
  for (const [, passed, failed, ignored] of output.matchAll(/^test result: .*? (\d+) passed; (\d+) failed; (\d+) ignored/gm)) {
    count.passed += Number(passed);
    count.failed += Number(failed);
    count.skipped += Number(ignored);
  }
  // A test that lacks its data passes with this message.
  const skipped = [...output.matchAll(/^skipped: /gm)].length;
  count.passed -= skipped;
  count.skipped += skipped;
  return suite(ok, count);
}

/** tests/web.rs in headless Chromium, with the flags of one of the packages. */
function wasmTests(name) {
  const { chrome, driver } = browser();
  const capabilities = resolve('test-results/webdriver.json');
  mkdirSync('test-results', { recursive: true });
  writeFileSync(capabilities, JSON.stringify({ 'goog:chromeOptions': { binary: chrome } }));
  return cargoTests(
    'wasm-pack',
    ['test', '--headless', '--chrome', '--chromedriver', driver, '--mode', 'no-install', '--release', '--', '--test', 'web', ...cargoArguments(VARIANTS[name])],
    {
      RUSTFLAGS: rustFlags(VARIANTS[name]),
      CARGO_TARGET_DIR: resolve('target', name),
      WASM_BINDGEN_TEST_WEBDRIVER_JSON: capabilities,
    },
  );
}

/** @param {Count[]} counts @returns {Count} */
function sum(counts) {
  const total = (key) => counts.reduce((all, count) => all + count[key], 0);
  return { passed: total('passed'), failed: total('failed'), skipped: total('skipped') };
}

/** The page's modules that need no page. @returns {Promise<Count>} */
async function unitTests() {
  const { ok, output } = await capture(process.execPath, ['--test', '--test-reporter=tap', ...filesBelow('tests/unit')]);
  const counted = (name) => Number(output.match(new RegExp(`^# ${name} (\\d+)`, 'm'))?.[1] ?? 0);
  return suite(ok, { passed: counted('pass'), failed: counted('fail'), skipped: counted('skipped') });
}

/** The built site in Chromium. @returns {Promise<Count>} */
async function pageTests() {
  const report = 'test-results/page.json';
  rmSync(report, { force: true });
  process.env.CHROME = browser().chrome;
  const { ok } = await capture('playwright', ['test', '--config', 'tests/page']);
  if (!existsSync(report)) return { passed: 0, failed: 1, skipped: 0 };
  const { expected, unexpected, flaky, skipped } = JSON.parse(readFileSync(report, 'utf8')).stats;
  return suite(ok, { passed: expected + flaky, failed: unexpected, skipped });
}

/** The suites in the order of their patience: what fails fast comes first. */
const SUITES = {
  lint: [
    () => check('cargo', 'fmt', '--all', '--check'),
    () => check('cargo', 'clippy', '--workspace', '--all-targets', '--', '-D', 'warnings'),
    () => check('cargo', 'clippy', '--lib', '--tests', '--target', 'wasm32-unknown-unknown', '--', '-D', 'warnings'),
  ],
  types: ['tsconfig.json', 'tsconfig.worker.json', 'tsconfig.node.json'].map((config) => () => check('tsc', '--project', config)),
  unit: [unitTests],
  rust: [() => cargoTests('cargo', ['test', '--no-fail-fast'])],
  wasm: [async () => sum(await Promise.all([wasmTests('single'), wasmTests('threads')]))],
  page: [() => check(process.execPath, 'scripts/build.mjs'), pageTests],
};

await main(async () => {
  const names = process.argv.slice(2);
  const unknown = names.find((name) => !(name in SUITES));
  if (unknown) throw new Failure(`There is no suite "${unknown}": ${Object.keys(SUITES).join(', ')}.`);
  await nodeModules();
  rust();
  wasmBindgen();
  wasmPack();
  const total = { passed: 0, failed: 0, skipped: 0 };
  const lines = [];
  for (const name of names.length ? names : Object.keys(SUITES)) {
    const started = Date.now();
    const count = { passed: 0, failed: 0, skipped: 0 };
    for (const part of SUITES[name]) {
      for (const [key, value] of Object.entries(await part())) count[key] += value;
    }
    for (const key of Object.keys(total)) total[key] += count[key];
    lines.push(`${name}: ${summary(count)} in ${Math.round((Date.now() - started) / 1000)} s`);
  }
  console.log(`\n${lines.join('\n')}\ntests: ${summary(total)}`);
  if (total.failed > 0 || total.passed === 0) process.exitCode = 1;
});

/** @param {Count} count */
function summary({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

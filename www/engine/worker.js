// @ts-check
/** The worker that the engine lives in: answers the page's calls and trains between them. */
import { DojoError } from './errors.js';
import { readModel, readWeights, writeModel, writeState } from './files.js';
import { connect } from './rpc.js';
import { Training } from './training.js';
import { loadVariant, pickVariant } from './variant.js';

/** @type {import('./types').Session} */
let session;
let pkg = '';
/** @type {Training | undefined} */
let training;

const page = connect(/** @type {any} */ (self), {
  /** @param {{pkg: string, threads?: number}} options */
  async start(options) {
    pkg = options.pkg;
    const variant = pickVariant(options);
    const engine = await loadVariant(pkg, variant);
    session = new engine.Session(variant.threads);
    const { threads, simd, version } = session.info();
    return { threads, simd, isolated: Boolean(self.crossOriginIsolated), version };
  },
  /** Any method of the session that needs nothing from outside it. @param {string} method @param {any[]} args */
  session: (method, ...args) => /** @type {any} */ (session)[method](...args),
  /** @param {Uint8Array} bytes a `.keras` or `.h5` file @param {number} seed */
  readModel: (bytes, seed) => readModel(session, pkg, bytes, seed),
  /** @param {number} model @param {Uint8Array} bytes a file of weights */
  readWeights: (model, bytes) => readWeights(session, pkg, model, bytes),
  /** @param {number} model @param {import('./types').ModelFormat} format */
  writeModel: (model, format) => writeModel(session, pkg, model, format),
  /** @param {import('./run-files.js').State} state of a checkpoint */
  writeState: (state) => writeState(pkg, state),
  fit,
  pause: () => training?.pause(),
  resume: () => training?.resume(),
  stop: () => training?.stop(),
}, buffersOf);

/**
 * Trains to the end; events and hooks go to the page meanwhile.
 * @param {number} model @param {any} x @param {any} y @param {any} options
 */
async function fit(model, x, y, options) {
  if (training) throw new DojoError('busy', 'This engine is training already: stop that fit or wait for its end.');
  training = new Training(session, session.fit(model, x, y, options), {
    tell: (event) => page.tell('event', [event]),
    ask: (ask) => page.call('hooks', [ask]),
    rest,
  });
  try {
    return await training.run();
  } finally {
    training = undefined;
  }
}

const bell = new MessageChannel();

/** Lets waiting messages in: a message to oneself queues behind them, without the 4 ms of a timer. */
function rest() {
  return /** @type {Promise<void>} */ (new Promise((resolve) => {
    bell.port1.onmessage = () => resolve();
    bell.port2.postMessage(null);
  }));
}

/**
 * Buffers in an answer, all made for it by the session: moved to the page, not copied.
 * @param {any} value
 * @param {Set<ArrayBuffer>} [found]
 * @returns {ArrayBuffer[]}
 */
function buffersOf(value, found = new Set()) {
  if (ArrayBuffer.isView(value)) found.add(/** @type {ArrayBuffer} */ (value.buffer));
  else if (value && typeof value === 'object') for (const part of Object.values(value)) buffersOf(part, found);
  return [...found];
}

/** The shapes of what crosses between page, worker and wasm. */

export type Code =
  | 'shape_mismatch' | 'unknown_class' | 'unsupported_option' | 'bad_file' | 'bad_data' | 'not_compiled'
  | 'non_finite' | 'out_of_memory' | 'busy' | 'engine_lost' | 'network';

export type Variant = 'single' | 'single-relaxed' | 'threads' | 'threads-relaxed';

export type TypedArray = Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array | Uint16Array;

/** An array, both ways. Copied on its way in unless `transfer`. */
export interface DojoArray {
  data: TypedArray | string[];
  shape: number[];
  transfer?: boolean;
}

/** An array that lies in the engine. */
export type Ref = { id: number } | { prepared: number; part: 'train' | 'test'; role: 'x' | 'y' };

type One = DojoArray | Ref;

/** What fit, evaluate and predict take as x or y. */
export type Input = One | One[] | { [name: string]: One } | import('./arrays.js').Selection;

export type ModelSource =
  | ArrayBuffer | ArrayBufferView | Blob | string | URL
  | { class_name: string; config: object }
  | { [filename: string]: ArrayBuffer | ArrayBufferView };

export interface EngineInfo {
  threads: number;
  simd: 'simd128' | 'relaxed-simd';
  isolated: boolean;
  version: string;
}

/** A loaded file, as the engine describes it. */
export interface DataInfo {
  kind: string;
  rows: number;
  columns: { name: string; type: string; missing: number }[];
  shape: number[];
  warnings: string[];
}

/** What a recipe made. */
export interface PreparedInfo {
  id: number;
  inputShape: number[];
  task: string;
  classes: string[] | null;
  featureNames: string[] | null;
  trainCount: number;
  testCount: number;
}

export interface Inspection {
  layers: { name: string; className: string; outputShape: any; params: number; trainable: boolean; config: any }[];
  total: number;
  trainable: number;
  error?: { code: Code; message: string; layer?: string };
}

export interface Weight {
  name: string;
  path: string;
  data: Float32Array;
  shape: number[];
}

export type Logs = Record<string, number>;

export interface FitResult {
  /** 0-based numbers of the epochs that ran. */
  epoch: number[];
  history: Record<string, number[]>;
  /** `terminated`: by TerminateOnNaN; `user`: by a hook, the signal or `stop()`. */
  stopped: 'completed' | 'early_stopping' | 'terminated' | 'user';
  /** The epoch whose weights the model has again, by EarlyStopping. */
  restoredEpoch: number | null;
  bestEpoch: number | null;
  /** What the callbacks left, by path: one written again is there once. */
  files: RunFile[];
}

export type RunFile = import('./run-files.js').RunFile;

export type FitEnd = Omit<FitResult, 'files'> & { type: 'end' };

export type FileKind = 'checkpoint' | 'weights' | 'log' | 'events' | 'backup';

export interface FileEvent {
  type: 'file';
  path: string;
  kind: FileKind;
  epoch: number;
  logs: Logs;
  content: import('./run-files.js').State | { bytes: Uint8Array; append: boolean };
}

export type FitEvent =
  | { type: 'batch'; epoch: number; batch: number; batches: number; logs: Logs }
  | { type: 'validation'; epoch: number; batch: number; batches: number }
  | { type: 'epoch'; epoch: number; logs: Logs; dataLoss: number; penalty: number; time: number }
  | { type: 'text' | 'warning'; text: string }
  | FileEvent
  | { type: 'copy'; from: string; to: string }
  | { type: 'remove'; path: string }
  | FitEnd;

/** The engine's question at a hook: which callback of the list, Keras' name of the hook, its epoch or batch. */
export interface Ask {
  callback: number;
  hook: string;
  index: number | null;
  logs: Logs;
}

/** What the hook did: `logs` where it changed them. */
export interface Answer {
  stop: boolean;
  logs: Logs | null;
}

type Hook<Args extends any[]> = (...args: Args) => unknown;
type OfEpoch = Hook<[epoch: number, logs: Logs]>;
type OfBatch = Hook<[batch: number, logs: Logs]>;
type OfAll = Hook<[logs: Logs]>;

/**
 * Hooks are awaited; one that returns 'stop' ends training. What a hook writes into `logs` the
 * callbacks after it see, and the history keeps. Keras' names (`on_epoch_end`) are taken as well.
 */
export interface Hooks {
  onTrainBegin?: OfAll;
  onTrainEnd?: OfAll;
  onEpochBegin?: OfEpoch;
  onEpochEnd?: OfEpoch;
  onBatchBegin?: OfBatch;
  onBatchEnd?: OfBatch;
  onTestBegin?: OfAll;
  onTestEnd?: OfAll;
  onTestBatchBegin?: OfBatch;
  onTestBatchEnd?: OfBatch;
  on_train_begin?: OfAll;
  on_train_end?: OfAll;
  on_epoch_begin?: OfEpoch;
  on_epoch_end?: OfEpoch;
  on_batch_begin?: OfBatch;
  on_batch_end?: OfBatch;
  on_train_batch_begin?: OfBatch;
  on_train_batch_end?: OfBatch;
  on_test_begin?: OfAll;
  on_test_end?: OfAll;
  on_test_batch_begin?: OfBatch;
  on_test_batch_end?: OfBatch;
}

export interface FitOptions extends Hooks {
  epochs?: number;
  batchSize?: number;
  validationSplit?: number;
  validationData?: Input[] | Input;
  validationBatchSize?: number;
  validationFreq?: number | number[];
  validationSteps?: number;
  sampleWeight?: Input;
  classWeight?: Record<string, number>;
  shuffle?: boolean | 'batch';
  initialEpoch?: number;
  stepsPerEpoch?: number;
  seed?: number;
  /** Keras' `verbose`, here 0 by default: 1 prints a bar, 2 a line per epoch, into `onText`. */
  verbose?: 0 | 1 | 2 | boolean | 'auto';
  /** Called in this order; LambdaCallback and LearningRateScheduler take functions in their config. */
  callbacks?: (Hooks | { class_name: string; config?: object })[];
  signal?: AbortSignal;
  /** Each file that a callback makes or adds to, at that moment; not awaited. */
  onFile?: (file: RunFile) => void;
  /** What Keras would print, line ends and `\r` included; not awaited. */
  onText?: (text: string) => void;
  /** Every event of the engine; not awaited. */
  onEvent?: (event: FitEvent) => void;
}

/** What the program that `save('python')` gives does besides building the model. */
export interface PythonOptions {
  /** What its first line calls it. */
  title?: string;
  /** How the data was prepared, from data that is loaded; without it the program reads x and y of `data.npz`. */
  recipe?: object;
  /** The file of each source of the recipe, and where it is got from when it is not there. */
  files?: { [source: string]: { path: string; url?: string } };
  fit?: Omit<FitOptions, keyof Hooks | 'validationData' | 'sampleWeight' | 'signal' | 'onFile' | 'onText' | 'onEvent'>;
  /** The file that training starts from: `.weights.h5` or `.keras`. */
  weights?: string;
  /** Spreads each batch over all devices, by `keras.distribution`. */
  distribute?: boolean;
}

/** Who hears from the fit that runs. */
export interface Listener {
  event: (event: FitEvent) => void;
  ask: (question: Ask) => Promise<Answer>;
}

/** The wasm session, as far as the worker itself uses it. */
export interface Session {
  info(): { threads: number; simd: EngineInfo['simd']; version: string; memory: number };
  create_model(config: string, seed: number): number;
  drop_model(model: number): void;
  model_config(model: number): string;
  state(model: number): any;
  set_state(model: number, weights: any): void;
  saved(model: number, format: ModelFormat): Saved;
  load_weights(model: number, layout: Saved['layout'], weights: Saved['weights']): void;
  fit(model: number, x: any, y: any, options: any): number;
  fit_run(fit: number, milliseconds: number): { events: FitEvent[]; done: boolean; ask: Ask | null };
  fit_answer(fit: number, stop: boolean, logs: Logs | null): void;
  fit_stop(fit: number): void;
  fit_drop(fit: number): void;
}

export interface EngineModule {
  default: (options: object) => Promise<any>;
  initThreadPool: (threads: number) => Promise<void>;
  Session: new (threads: number) => Session;
}

/** What `save` writes. */
export type ModelFormat = 'keras' | 'h5' | 'weights.h5' | 'safetensors';

/** A model's arrays as a format keeps them: by path, layer by layer, or by name. */
export interface Saved {
  layout: 'paths' | 'layers' | 'names';
  weights: { path: string; layer?: string; data: TypedArray; shape: number[] }[];
}

export interface FormatsModule {
  read_model(bytes: Uint8Array): { config: string; metadata: string; saved: Saved };
  read_weights(bytes: Uint8Array): Saved;
  write_model(format: ModelFormat, config: string, saved: Saved): Uint8Array;
}

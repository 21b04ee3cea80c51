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
  stopped: 'completed' | 'early_stopping' | 'user';
  /** The epoch whose weights the model has again, by EarlyStopping. */
  restoredEpoch: number | null;
  bestEpoch: number | null;
}

export type FitEnd = FitResult & { type: 'end' };

export type FitEvent =
  | { type: 'batch'; epoch: number; batch: number; batches: number; logs: Logs }
  | { type: 'validation'; epoch: number; batch: number; batches: number }
  | { type: 'epoch'; epoch: number; logs: Logs; dataLoss: number; penalty: number; time: number }
  | FitEnd;

type Hook<Args extends any[]> = (...args: Args) => unknown;

/** Hooks are awaited; one that returns 'stop' ends training. */
export interface Hooks {
  onTrainBegin?: Hook<[]>;
  onEpochBegin?: Hook<[epoch: number]>;
  onBatchEnd?: Hook<[batch: number, logs: Logs]>;
  onEpochEnd?: Hook<[epoch: number, logs: Logs]>;
  onTrainEnd?: Hook<[history: Record<string, number[]>]>;
}

export interface FitOptions extends Hooks {
  epochs?: number;
  batchSize?: number;
  validationSplit?: number;
  validationData?: Input[] | Input;
  validationBatchSize?: number;
  validationFreq?: number;
  sampleWeight?: Input;
  classWeight?: Record<string, number>;
  shuffle?: boolean;
  initialEpoch?: number;
  stepsPerEpoch?: number;
  seed?: number;
  callbacks?: (Hooks | { class_name: string; config?: object })[];
  signal?: AbortSignal;
  /** Every event of the engine; not awaited. */
  onEvent?: (event: FitEvent) => void;
}

/** Who hears from the fit that runs. */
export interface Listener {
  event: (event: FitEvent) => void;
  ask: (name: string, args: any[]) => Promise<boolean>;
}

/** The wasm session, as far as the worker itself uses it. */
export interface Session {
  info(): { threads: number; simd: EngineInfo['simd']; version: string; memory: number };
  create_model(config: string, seed: number): number;
  drop_model(model: number): void;
  model_config(model: number): string;
  state(model: number): any;
  set_state(model: number, weights: any): void;
  fit(model: number, x: any, y: any, options: any): number;
  fit_run(fit: number, milliseconds: number, untilEpochEnd: boolean): { events: FitEvent[]; done: boolean };
  fit_stop(fit: number): void;
  fit_drop(fit: number): void;
}

export interface EngineModule {
  default: (options: object) => Promise<any>;
  initThreadPool: (threads: number) => Promise<void>;
  Session: new (threads: number) => Session;
}

export interface FormatsModule {
  read_keras(bytes: Uint8Array): { config: string; metadata: string; weights: { path: string; data: Float32Array; shape: number[] }[] };
  write_keras(model: { config: string; weights: any }): Uint8Array;
}

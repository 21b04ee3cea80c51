// @ts-check
/**
 * Variants of a run: full copies of its config, compile and fit with one thing
 * changed, as the lesson on over-fitting varies its baseline. Pure.
 *
 * @typedef {{class_name: string, config: Record<string, any>, [key: string]: any}} LayerJson
 * @typedef {{config: any, compile: any, fit: any}} Recipe
 * @typedef {{id: 'smaller'|'bigger'|'l2'|'dropout'|'early', hint: string} & Recipe} Variant
 */

const SIZED = ['units', 'filters'];
const L2 = { module: 'keras.regularizers', class_name: 'L2', config: { l2: 0.001 } };

/**
 * The layers of a model: a bare list, or Keras JSON of a Sequential.
 * @param {any} config
 * @returns {LayerJson[]|null} null for what is not a list of layers
 */
export function layersOf(config) {
  const layers = Array.isArray(config) ? config : config?.config?.layers ?? config?.layers;
  return Array.isArray(layers) && (Array.isArray(config) || config.class_name !== 'Functional') ? layers : null;
}

/**
 * @param {any} config
 * @param {LayerJson[]} layers
 */
function withLayers(config, layers) {
  // Shapes recorded for the old widths would contradict the new ones.
  const fresh = layers.map(({ build_config, ...layer }) => layer);
  if (Array.isArray(config)) return fresh;
  const { build_config, ...rest } = config;
  return rest.config?.layers ? { ...rest, config: { ...rest.config, layers: fresh } } : { ...rest, layers: fresh };
}

/** @param {LayerJson} layer */
const sizeKey = (layer) => SIZED.find((key) => Number.isInteger(layer.config?.[key]));

/**
 * Layers with weights before the output layer, by position.
 * @param {LayerJson[]} layers
 */
function hidden(layers) {
  const sized = layers.flatMap((layer, i) => (sizeKey(layer) ? [i] : []));
  return sized.slice(0, -1);
}

/**
 * @param {any} config
 * @param {number} factor
 */
function resized(config, factor) {
  const layers = /** @type {LayerJson[]} */ (layersOf(config));
  const inner = hidden(layers);
  return withLayers(config, layers.map((layer, i) => {
    const key = sizeKey(layer);
    if (!key || !inner.includes(i)) return layer;
    const size = Math.max(1, Math.round(layer.config[key] * factor));
    return { ...layer, config: { ...layer.config, [key]: size } };
  }));
}

/** @param {any} config */
function withL2(config) {
  const layers = /** @type {LayerJson[]} */ (layersOf(config));
  const inner = hidden(layers);
  return withLayers(config, layers.map((layer, i) =>
    (inner.includes(i) ? { ...layer, config: { ...layer.config, kernel_regularizer: L2 } } : layer)));
}

/** @param {any} config */
function withDropout(config) {
  const layers = /** @type {LayerJson[]} */ (layersOf(config));
  const inner = hidden(layers);
  return withLayers(config, layers.flatMap((layer, i) =>
    (inner.includes(i) && layers[i + 1].class_name !== 'Dropout'
      ? [layer, { class_name: 'Dropout', config: { rate: 0.5 } }] : [layer])));
}

/** @param {any} fit */
function withEarlyStop(fit) {
  const patience = (fit?.epochs ?? 1) >= 100 ? 10 : 3;
  const stop = { class_name: 'EarlyStopping', config: { monitor: 'val_loss', patience, restore_best_weights: true } };
  return { ...fit, callbacks: [...(fit?.callbacks ?? []), stop] };
}

/** @param {any[]} callbacks */
const stopsEarly = (callbacks) => callbacks?.some((callback) => callback.class_name === 'EarlyStopping');

/** @param {any} config @param {number} factor */
function sizeHint(config, factor) {
  const layers = /** @type {LayerJson[]} */ (layersOf(config));
  const sizes = hidden(layers).map((i) => layers[i].config[sizeKey(layers[i]) ?? 'units']);
  return [...new Set(sizes.map((size) => `${size} → ${Math.max(1, Math.round(size * factor))}`))].join(', ');
}

/**
 * What may be tried from a run. Narrow models (hidden layers of at most 16
 * units, as in the lesson: 16 → 4 and 16 → 512) are quartered and made 32
 * times as wide, others halved and quadrupled.
 * @param {Recipe & {history?: Record<string, number[]>}} run
 * @returns {Variant[]}
 */
export function variantsOf(run) {
  const { config, compile, fit } = run;
  /** @type {Variant[]} */
  const variants = [];
  const layers = layersOf(config);
  const inner = layers ? hidden(layers) : [];
  if (layers && inner.length) {
    const narrow = inner.every((i) => layers[i].config[sizeKey(layers[i]) ?? ''] <= 16);
    const [less, more] = narrow ? [1 / 4, 32] : [1 / 2, 4];
    variants.push(
      { id: 'smaller', hint: sizeHint(config, less), config: resized(config, less), compile, fit },
      { id: 'bigger', hint: sizeHint(config, more), config: resized(config, more), compile, fit },
      { id: 'l2', hint: 'kernel_regularizer=L2(0.001)', config: withL2(config), compile, fit },
      { id: 'dropout', hint: 'Dropout(0.5)', config: withDropout(config), compile, fit },
    );
  }
  const validates = run.history?.val_loss?.length || fit?.validation_split || fit?.validation_data;
  if (validates && !stopsEarly(fit?.callbacks)) {
    const early = withEarlyStop(fit);
    const { patience } = early.callbacks.at(-1).config;
    variants.push({ id: 'early', hint: `EarlyStopping(patience=${patience})`, config, compile, fit: early });
  }
  return structuredClone(variants).filter((variant) => !same(variant, run));
}

/**
 * Variants no run has tried.
 * @param {Recipe & {history?: Record<string, number[]>}} run
 * @param {Recipe[]} runs
 */
export function untried(run, runs) {
  return variantsOf(run).filter((variant) => !runs.some((other) => same(variant, other)));
}

/** @param {Recipe} a @param {Recipe} b */
function same(a, b) {
  return ['config', 'compile', 'fit'].every((part) =>
    canonical(a[/** @type {keyof Recipe} */ (part)]) === canonical(b[/** @type {keyof Recipe} */ (part)]));
}

/**
 * JSON with sorted keys, without layer names: they do not change what is learned.
 * @param {any} value
 */
function canonical(value) {
  return JSON.stringify(value, (key, item) => {
    if (key === 'name' || key === 'build_config') return undefined;
    if (!item || typeof item !== 'object' || Array.isArray(item)) return item;
    return Object.fromEntries(Object.keys(item).sort().map((k) => [k, item[k]]));
  });
}

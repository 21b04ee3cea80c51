// @ts-check
/** The families of a layer's arguments. */

const seeded = { seed: null };
const fans = { seed: null, input_axes: null, output_axes: null };
const normal = { mean: 0, stddev: 0.05, seed: null };

export const activations = [
  'linear', 'relu', 'sigmoid', 'softmax', 'tanh', 'gelu', 'elu', 'selu', 'silu', 'softplus', 'softsign', 'exponential',
  'leaky_relu', 'relu6', 'mish', 'celu', 'hard_sigmoid', 'hard_silu', 'hard_tanh', 'hard_shrink', 'soft_shrink', 'tanh_shrink',
  'squareplus', 'log_sigmoid', 'log_softmax', 'sparsemax', 'sparse_plus', 'sparse_sigmoid', 'glu',
];

/** @type {import('./parts.js').Family} */
export const initializers = {
  initializers: {
    GlorotUniform: { en: 'Evenly spread, by inputs and outputs.', ja: '入出力の数に合わせた一様分布。', arguments: fans },
    GlorotNormal: { en: 'A bell curve, by inputs and outputs.', ja: '入出力の数に合わせた正規分布。', arguments: fans },
    HeUniform: { en: 'Evenly spread, for relu.', ja: 'relu 向けの一様分布。', arguments: fans },
    HeNormal: { en: 'A bell curve, for relu.', ja: 'relu 向けの正規分布。', arguments: fans },
    LecunUniform: { en: 'Evenly spread, for selu.', ja: 'selu 向けの一様分布。', arguments: fans },
    LecunNormal: { en: 'A bell curve, for selu.', ja: 'selu 向けの正規分布。', arguments: fans },
    RandomUniform: { en: 'Evenly spread between two numbers.', ja: '2つの数の間の一様分布。', arguments: { minval: -0.05, maxval: 0.05, ...seeded }, aliases: ['uniform'] },
    RandomNormal: { en: 'A bell curve.', ja: '正規分布。', arguments: normal, aliases: ['normal'] },
    TruncatedNormal: { en: 'A bell curve without its ends.', ja: '裾を切った正規分布。', arguments: normal },
    VarianceScaling: { en: 'The rule behind Glorot, He and Lecun.', ja: 'Glorot・He・Lecun の元の規則。', arguments: { scale: 1, mode: 'fan_in', distribution: 'truncated_normal', ...fans } },
    Orthogonal: { en: 'Rows at right angles.', ja: '互いに直交する行。', arguments: { gain: 1, ...seeded }, aliases: ['OrthogonalInitializer'] },
    Identity: { en: '1 on the diagonal.', ja: '対角線だけ1。', arguments: { gain: 1 }, aliases: ['IdentityInitializer'] },
    Zeros: { en: 'All 0.', ja: 'すべて0。', arguments: {} },
    Ones: { en: 'All 1.', ja: 'すべて1。', arguments: {} },
    Constant: { en: 'All one number.', ja: 'すべて同じ数。', arguments: { value: 0 }, start: { value: 0 } },
    STFT: { en: 'The kernels of a Fourier transform.', ja: 'フーリエ変換の核。', arguments: { side: 'real', window: 'hann', scaling: 'density', periodic: false }, aliases: ['STFTInitializer'] },
  },
};

/** @type {import('./parts.js').Family} */
export const regularizers = {
  regularizers: {
    L2: { en: 'Punishes large weights.', ja: '大きな重みに罰則。', arguments: { l2: 0.01 }, start: { l2: 0.001 } },
    L1: { en: 'Drives weights to 0.', ja: '重みを0に近づけます。', arguments: { l1: 0.01 }, start: { l1: 0.001 } },
    L1L2: { en: 'Both.', ja: '両方。', arguments: { l1: 0, l2: 0 }, start: { l1: 0.001, l2: 0.001 }, aliases: ['l1_l2'] },
    OrthogonalRegularizer: { en: 'Punishes rows that are alike.', ja: '似た行に罰則。', arguments: { factor: 0.01, mode: 'rows' }, start: { factor: 0.01 } },
  },
};

/** @type {import('./parts.js').Family} */
export const constraints = {
  constraints: {
    MaxNorm: { en: 'No longer than this.', ja: '長さの上限。', arguments: { max_value: 2, axis: 0 }, first: ['max_value'] },
    MinMaxNorm: { en: 'Between two lengths.', ja: '長さの範囲。', arguments: { min_value: 0, max_value: 1, rate: 1, axis: 0 }, first: ['min_value', 'max_value'] },
    NonNeg: { en: 'Not below 0.', ja: '0以上。', arguments: {} },
    UnitNorm: { en: 'Length 1.', ja: '長さ1。', arguments: { axis: 0 } },
  },
};

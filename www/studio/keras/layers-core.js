// @ts-check
import { affine, bias, required, variable } from './parts.js';

/** Layers of numbers of any kind: core, activation, regularization, normalization, reshaping. @type {import('./parts.js').Family} */
export const coreLayers = {
  core: {
    Dense: {
      en: 'Every output is a weighted sum of all inputs.', ja: 'すべての入力の重み付き和を出力します。',
      start: { units: 16, activation: 'relu' },
      arguments: { units: required, activation: null, ...variable('kernel'), ...bias },
      first: ['kernel_regularizer'],
    },
    Embedding: {
      en: 'Gives every word number a row of trained numbers.', ja: '単語の番号を、学習する数値の並びに置き換えます。',
      start: { input_dim: 10000, output_dim: 16 },
      arguments: { input_dim: required, output_dim: required, mask_zero: false, ...variable('embeddings', 'uniform') },
      first: ['mask_zero'],
    },
    Activation: {
      en: 'Applies a function to every number.', ja: 'それぞれの数値に関数を適用します。',
      start: { activation: 'relu' }, arguments: { activation: required },
    },
  },
  activation: {
    ReLU: {
      en: 'Negative numbers become 0.', ja: '負の数を0にします。',
      arguments: { max_value: null, negative_slope: 0, threshold: 0 }, first: ['max_value', 'negative_slope'],
    },
    LeakyReLU: {
      en: 'Negative numbers shrink instead of becoming 0.', ja: '負の数を0にせず小さくします。',
      arguments: { negative_slope: 0.3 }, first: ['negative_slope'],
    },
    PReLU: {
      en: 'LeakyReLU whose slope is learned.', ja: '傾きも学習する LeakyReLU です。',
      arguments: { ...variable('alpha', 'Zeros'), shared_axes: null }, first: ['shared_axes'],
    },
    ELU: {
      en: 'Negative numbers bend towards −alpha.', ja: '負の数をなめらかに −alpha に近づけます。',
      arguments: { alpha: 1 }, first: ['alpha'],
    },
    Softmax: {
      en: 'Turns numbers into shares that sum to 1.', ja: '合計が1になる割合に変えます。',
      arguments: { axis: -1 }, first: ['axis'],
    },
  },
  regularization: {
    Dropout: {
      en: 'Sets a random share of its inputs to 0 while training.', ja: '訓練中、入力の一部を無作為に0にします。',
      start: { rate: 0.3 }, arguments: { rate: required, noise_shape: null, seed: null },
    },
    SpatialDropout1D: {
      en: 'Drops whole channels of a sequence while training.', ja: '訓練中、系列のチャンネルを丸ごと0にします。',
      start: { rate: 0.3 }, arguments: { rate: required, seed: null },
    },
    SpatialDropout2D: {
      en: 'Drops whole channels of a picture while training.', ja: '訓練中、画像のチャンネルを丸ごと0にします。',
      start: { rate: 0.3 }, arguments: { rate: required, data_format: null, seed: null },
    },
    GaussianNoise: {
      en: 'Adds random noise while training.', ja: '訓練中、無作為な雑音を足します。',
      start: { stddev: 0.1 }, arguments: { stddev: required, seed: null },
    },
    GaussianDropout: {
      en: 'Multiplies by random noise around 1 while training.', ja: '訓練中、1を中心とする雑音を掛けます。',
      start: { rate: 0.3 }, arguments: { rate: required, seed: null },
    },
    AlphaDropout: {
      en: 'Dropout that keeps mean and variance, for selu networks.', ja: '平均と分散を保つ Dropout です（selu 向け）。',
      start: { rate: 0.1 }, arguments: { rate: required, noise_shape: null, seed: null },
    },
  },
  normalization: {
    BatchNormalization: {
      en: 'Brings each channel to mean 0 and variance 1 over the batch.', ja: 'バッチごとに各チャンネルを平均0・分散1にそろえます。',
      arguments: {
        axis: -1, momentum: 0.99, epsilon: 0.001, ...affine, moving_mean_initializer: 'zeros', moving_variance_initializer: 'ones',
        renorm: false, renorm_clipping: null, renorm_momentum: 0.99, synchronized: false,
      },
      first: ['momentum', 'epsilon'],
    },
    LayerNormalization: {
      en: 'Brings each sample to mean 0 and variance 1.', ja: 'サンプルごとに平均0・分散1にそろえます。',
      arguments: { axis: -1, epsilon: 0.001, ...affine }, first: ['axis', 'epsilon'],
    },
    GroupNormalization: {
      en: 'Normalizes groups of channels of each sample.', ja: 'サンプルごとに、チャンネルの組の中でそろえます。',
      start: { groups: 4 }, arguments: { groups: 32, axis: -1, epsilon: 0.001, ...affine }, first: ['epsilon'],
    },
    UnitNormalization: {
      en: 'Scales each sample to length 1.', ja: 'サンプルの長さを1にそろえます。',
      arguments: { axis: -1 }, first: ['axis'],
    },
  },
  reshaping: {
    Flatten: {
      en: 'Puts all numbers of a sample into one row.', ja: 'サンプルの数値を1列に並べます。',
      arguments: { data_format: null },
    },
    Reshape: {
      en: 'Arranges the same numbers in another shape.', ja: '同じ数値を別の形に並べ直します。',
      start: { target_shape: [28, 28, 1] }, arguments: { target_shape: required },
    },
    Permute: {
      en: 'Swaps the dimensions of a sample.', ja: 'サンプルの次元を入れ替えます。',
      start: { dims: [2, 1] }, arguments: { dims: required },
    },
    RepeatVector: {
      en: 'Repeats a row n times.', ja: '1列をn回繰り返します。',
      start: { n: 3 }, arguments: { n: required },
    },
    Cropping1D: {
      en: 'Cuts steps off both ends of a sequence.', ja: '系列の両端を切り取ります。',
      arguments: { cropping: [1, 1] }, first: ['cropping'],
    },
    Cropping2D: {
      en: 'Cuts the edges off a picture.', ja: '画像の縁を切り取ります。',
      start: { cropping: [[2, 2], [2, 2]] }, arguments: { cropping: [[0, 0], [0, 0]], data_format: null },
    },
    UpSampling1D: {
      en: 'Repeats every step of a sequence.', ja: '系列の各ステップを繰り返します。',
      arguments: { size: 2 }, first: ['size'],
    },
    UpSampling2D: {
      en: 'Enlarges a picture by repeating its rows and columns.', ja: '行と列を繰り返して画像を拡大します。',
      arguments: { size: [2, 2], data_format: null, interpolation: 'nearest' }, first: ['size', 'interpolation'],
    },
    ZeroPadding1D: {
      en: 'Adds zeros to both ends of a sequence.', ja: '系列の両端に0を足します。',
      arguments: { padding: 1, data_format: null }, first: ['padding'],
    },
    ZeroPadding2D: {
      en: 'Adds a frame of zeros to a picture.', ja: '画像のまわりに0の縁を足します。',
      arguments: { padding: [1, 1], data_format: null }, first: ['padding'],
    },
  },
};

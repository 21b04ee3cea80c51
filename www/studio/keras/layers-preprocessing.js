// @ts-check
import { required } from './parts.js';

const lookup = {
  max_tokens: null, vocabulary: null, num_oov_indices: 1, mask_token: null, output_mode: 'int', idf_weights: null,
  invert: false, pad_to_max_tokens: false, sparse: false, salt: null,
};
const moved = { fill_mode: 'reflect', interpolation: 'bilinear', fill_value: 0, seed: null, data_format: null };
const light = { value_range: [0, 255], seed: null };
/** Pictures of the studio lie between 0 and 1. */
const range = [0, 1];

/** @type {import('./parts.js').Family} */
export const preprocessingLayers = {
  numbers: {
    Rescaling: {
      en: 'x · scale + offset', ja: 'x · scale + offset',
      start: { scale: 1 / 255 }, arguments: { scale: required, offset: 0 }, first: ['offset'],
    },
    Normalization: {
      en: '(x − mean) / √variance', ja: '(x − 平均) / √分散',
      start: { mean: 0, variance: 1 }, arguments: { axis: -1, mean: null, variance: null, invert: false },
    },
    Discretization: {
      en: 'Turns a number into the number of its bin.', ja: '数値を区間の番号に変えます。',
      start: { bin_boundaries: [0, 1, 2] },
      arguments: { bin_boundaries: null, num_bins: null, epsilon: 0.01, output_mode: 'int', sparse: false }, first: ['output_mode'],
    },
    CategoryEncoding: {
      en: 'Class numbers as columns of 0 and 1.', ja: '番号を0と1の列に変えます。',
      start: { num_tokens: 10 }, arguments: { num_tokens: null, output_mode: 'multi_hot', sparse: false }, first: ['output_mode'],
    },
    Hashing: {
      en: 'Spreads any values over a fixed number of bins.', ja: 'どんな値も決まった数の番号に割り当てます。',
      start: { num_bins: 10 },
      arguments: { num_bins: required, mask_value: null, salt: null, output_mode: 'int', sparse: false }, first: ['output_mode'],
    },
    IntegerLookup: {
      en: 'Numbers the whole numbers of a list.', ja: '一覧の整数に番号を付けます。',
      start: { vocabulary: [1, 2, 3] },
      arguments: { ...lookup, oov_token: -1, vocabulary_dtype: 'int64', oov_method: 'floormod' }, first: ['output_mode'],
    },
  },
  text: {
    TextVectorization: {
      en: 'Splits text into words and numbers them.', ja: '文を単語に分けて番号を付けます。',
      start: { max_tokens: 10000, output_sequence_length: 64 },
      arguments: {
        max_tokens: null, standardize: 'lower_and_strip_punctuation', split: 'whitespace', ngrams: null, output_mode: 'int',
        output_sequence_length: null, pad_to_max_tokens: false, vocabulary: null, idf_weights: null, sparse: false, ragged: false, encoding: 'utf-8',
      },
      first: ['output_mode', 'vocabulary'],
    },
    StringLookup: {
      en: 'Numbers the words of a list.', ja: '一覧の単語に番号を付けます。',
      start: { vocabulary: ['a', 'b', 'c'] }, arguments: { ...lookup, oov_token: '[UNK]', encoding: 'utf-8' }, first: ['output_mode'],
    },
  },
  images: {
    Resizing: {
      en: 'Brings pictures to one size.', ja: '画像を同じ大きさにそろえます。',
      start: { height: 32, width: 32 },
      arguments: {
        height: required, width: required, interpolation: 'bilinear', crop_to_aspect_ratio: false, pad_to_aspect_ratio: false,
        fill_mode: 'constant', fill_value: 0, antialias: false, data_format: null,
      },
      first: ['interpolation'],
    },
    CenterCrop: {
      en: 'Cuts out the middle of a picture.', ja: '画像の中央を切り出します。',
      start: { height: 24, width: 24 }, arguments: { height: required, width: required, data_format: null },
    },
  },
  augmentation: {
    RandomFlip: {
      en: 'Mirrors pictures at random while training.', ja: '訓練中、画像を無作為に反転します。',
      start: { mode: 'horizontal' }, arguments: { mode: 'horizontal_and_vertical', seed: null, data_format: null },
    },
    RandomRotation: {
      en: 'Turns pictures at random while training.', ja: '訓練中、画像を無作為に回転します。',
      start: { factor: 0.1 }, arguments: { factor: required, ...moved }, first: ['fill_mode'],
    },
    RandomZoom: {
      en: 'Zooms in and out at random while training.', ja: '訓練中、画像を無作為に拡大・縮小します。',
      start: { height_factor: 0.1 }, arguments: { height_factor: required, width_factor: null, ...moved }, first: ['width_factor', 'fill_mode'],
    },
    RandomTranslation: {
      en: 'Shifts pictures at random while training.', ja: '訓練中、画像を無作為にずらします。',
      start: { height_factor: 0.1, width_factor: 0.1 }, arguments: { height_factor: required, width_factor: required, ...moved }, first: ['fill_mode'],
    },
    RandomContrast: {
      en: 'Changes the contrast at random while training.', ja: '訓練中、コントラストを無作為に変えます。',
      start: { factor: 0.2, value_range: range }, arguments: { factor: required, ...light },
    },
    RandomBrightness: {
      en: 'Changes the brightness at random while training.', ja: '訓練中、明るさを無作為に変えます。',
      start: { factor: 0.2, value_range: range }, arguments: { factor: required, ...light },
    },
  },
};

// @ts-check
import { bias, required, variable } from './parts.js';

const window1d = { kernel_size: required, strides: 1, padding: 'valid', data_format: null, dilation_rate: 1, activation: null };
const window2d = { ...window1d, strides: [1, 1], dilation_rate: [1, 1] };
const start = { filters: 32, kernel_size: 3, activation: 'relu' };
const first = ['strides', 'padding'];
const pool = { pool_size: required, strides: null, padding: 'valid', data_format: null };
const overall = { data_format: null, keepdims: false };

/** @type {import('./parts.js').Family} */
export const convolutionLayers = {
  convolution: {
    Conv2D: {
      en: 'Slides small learned filters over a picture.', ja: '小さなフィルターを画像の上で動かして特徴を取り出します。',
      start, first, arguments: { filters: required, ...window2d, groups: 1, ...variable('kernel'), ...bias },
    },
    Conv1D: {
      en: 'Slides small learned filters along a sequence.', ja: '小さなフィルターを系列に沿って動かします。',
      start, first, arguments: { filters: required, ...window1d, groups: 1, ...variable('kernel'), ...bias },
    },
    SeparableConv2D: {
      en: 'A cheaper Conv2D: one filter per channel, then a mix of channels.', ja: 'チャンネルごとの畳み込みと混合に分けた、軽い Conv2D です。',
      start, first,
      arguments: { filters: required, ...window2d, depth_multiplier: 1, ...variable('depthwise'), ...variable('pointwise'), ...bias },
    },
    DepthwiseConv2D: {
      en: 'Filters each channel by itself.', ja: 'チャンネルごとに別々に畳み込みます。',
      start: { kernel_size: 3, activation: 'relu' }, first,
      arguments: { ...window2d, depth_multiplier: 1, ...variable('depthwise'), ...bias },
    },
    Conv2DTranspose: {
      en: 'Conv2D backwards: makes a picture larger.', ja: '逆向きの Conv2D です。画像を大きくします。',
      start: { ...start, strides: 2 }, first,
      arguments: { filters: required, ...window2d, output_padding: null, ...variable('kernel'), ...bias },
    },
  },
  pooling: {
    MaxPooling2D: {
      en: 'Keeps the largest number of each small square.', ja: '小さな正方形ごとに最大値を残します。',
      arguments: { ...pool, pool_size: [2, 2] }, first: ['pool_size', 'strides', 'padding'],
    },
    AveragePooling2D: {
      en: 'Averages each small square.', ja: '小さな正方形ごとに平均します。',
      start: { pool_size: 2 }, arguments: pool, first: ['strides', 'padding'],
    },
    GlobalAveragePooling2D: { en: 'Averages each channel over the whole picture.', ja: '画像全体でチャンネルごとに平均します。', arguments: overall },
    GlobalMaxPooling2D: { en: 'Keeps the largest number of each channel.', ja: '画像全体でチャンネルごとの最大値を残します。', arguments: overall },
    MaxPooling1D: {
      en: 'Keeps the largest number of each few steps.', ja: '数ステップごとに最大値を残します。',
      arguments: { ...pool, pool_size: 2 }, first: ['pool_size', 'strides', 'padding'],
    },
    AveragePooling1D: {
      en: 'Averages each few steps.', ja: '数ステップごとに平均します。',
      start: { pool_size: 2 }, arguments: pool, first: ['strides', 'padding'],
    },
    GlobalAveragePooling1D: { en: 'Averages over the words or steps.', ja: '単語（ステップ）方向に平均します。', arguments: overall },
    GlobalMaxPooling1D: { en: 'Keeps the largest number over the words or steps.', ja: '単語（ステップ）方向の最大値を残します。', arguments: overall },
  },
};

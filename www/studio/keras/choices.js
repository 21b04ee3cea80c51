// @ts-check
import { activations } from './small.js';

const modes = ['int', 'one_hot', 'multi_hot', 'count'];

/** Values an argument can take where they are few, by its name or by class and name. @type {Record<string, string[]>} */
const choices = {
  activation: activations,
  data_format: ['channels_last', 'channels_first'],
  mode: ['auto', 'min', 'max'],
  reduction: ['sum_over_batch_size', 'sum', 'mean', 'mean_with_sample_weight', 'none'],
  padding: ['valid', 'same'],
  interpolation: ['nearest', 'bilinear'],
  fill_mode: ['constant', 'nearest', 'reflect', 'wrap'],
  output_mode: modes,
  curve: ['ROC', 'PR'],
  summation_method: ['interpolation', 'majoring', 'minoring'],
  average: ['micro', 'macro', 'weighted'],
  class_aggregation: ['uniform_average', 'variance_weighted_average'],
  standardize: ['lower_and_strip_punctuation', 'lower', 'strip_punctuation'],
  split: ['whitespace', 'character'],
  oov_method: ['floormod', 'farmhash'],
  vocabulary_dtype: ['int64', 'int32'],
  distribution: ['truncated_normal', 'untruncated_normal', 'uniform'],
  'Conv1D.padding': ['valid', 'same', 'causal'],
  'RandomFlip.mode': ['horizontal_and_vertical', 'horizontal', 'vertical'],
  'VarianceScaling.mode': ['fan_in', 'fan_out', 'fan_avg'],
  'OrthogonalRegularizer.mode': ['rows', 'columns'],
  'UpSampling2D.interpolation': ['nearest', 'bilinear', 'bicubic'],
  'Resizing.interpolation': ['bilinear', 'nearest', 'bicubic', 'lanczos3', 'lanczos5'],
  'TextVectorization.output_mode': ['int', 'multi_hot', 'count', 'tf_idf'],
  'StringLookup.output_mode': [...modes, 'tf_idf'],
  'IntegerLookup.output_mode': [...modes, 'tf_idf'],
  'CategoryEncoding.output_mode': ['multi_hot', 'one_hot', 'count'],
};

/** @param {string} name of the class @param {string} key of the argument @param {any} fallback its default @returns {string[] | null} */
export function choicesOf(name, key, fallback) {
  const found = choices[`${name}.${key}`] ?? choices[key] ?? null;
  // The paddings of ZeroPadding are numbers.
  return found && fallback != null && typeof fallback !== 'string' ? null : found;
}

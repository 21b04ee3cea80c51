// @ts-check
import { language } from '../../i18n/index.js';
import { callbacks } from './callbacks.js';
import { convolutionLayers } from './layers-convolution.js';
import { coreLayers } from './layers-core.js';
import { preprocessingLayers } from './layers-preprocessing.js';
import { losses, metrics } from './losses.js';
import { optimizers, schedules } from './optimizers.js';
import { constraints, initializers, regularizers } from './small.js';

/**
 * Keras' classes as the page offers them, family by family.
 *
 * @typedef {import('./parts.js').Entry} Entry
 * @typedef {'layers' | 'losses' | 'metrics' | 'optimizers' | 'schedules' | 'callbacks' | 'initializers' | 'regularizers' | 'constraints'} FamilyName
 */

const { core, activation, regularization, normalization, reshaping } = coreLayers;

/** Groups in the order of Keras' API docs. @type {Record<FamilyName, import('./parts.js').Family>} */
export const families = {
  layers: { core, ...convolutionLayers, normalization, regularization, reshaping, activation, ...preprocessingLayers },
  losses, metrics, optimizers, schedules, callbacks, initializers, regularizers, constraints,
};

/** @type {Record<string, [string, string]>} */
const groupWords = {
  core: ['Core', '基本'],
  convolution: ['Convolution', '畳み込み'],
  pooling: ['Pooling', 'プーリング'],
  normalization: ['Normalization', '正規化'],
  regularization: ['Regularization', '正則化'],
  reshaping: ['Reshaping', '形の変更'],
  activation: ['Activation', '活性化'],
  numbers: ['Numbers', '数値'],
  text: ['Text', 'テキスト'],
  images: ['Pictures', '画像'],
  augmentation: ['Picture augmentation', '画像の水増し'],
  classes: ['Classes', 'クラス分類'],
  hinge: ['Hinge', 'ヒンジ'],
  pictures: ['Areas and likeness', '領域・類似度'],
  accuracy: ['Accuracy', '正解率'],
  found: ['Found and missed', '検出と見逃し'],
  shares: ['Probabilities', '確率'],
  usual: ['Usual', 'よく使うもの'],
  more: ['More', 'そのほか'],
  stop: ['End early', '早く終える'],
  rate: ['Learning rate', '学習率'],
  keep: ['Keep the model', 'モデルを残す'],
  write: ['Write files', 'ファイルに書く'],
};

/** @param {string} group */
export const groupTitle = (group) => (groupWords[group] ?? [group, group])[language() === 'ja' ? 1 : 0];

/** @type {Record<string, Record<string, Entry>>} */
const classes = Object.fromEntries(Object.entries(families).map(([family, groups]) => [family, Object.assign({}, ...Object.values(groups))]));

/** @type {Record<string, Map<string, string>>} */
const names = Object.fromEntries(Object.entries(classes).map(([family, found]) => [family, new Map(Object.entries(found)
  .flatMap(([name, { aliases = [] }]) => [name, name.toLowerCase(), snake(name), ...aliases].map((alias) => /** @type {const} */ ([alias, name]))))]));

/** What is known of a class; undefined for one the page does not know. @param {FamilyName} family @param {string} name @returns {Entry | undefined} */
export const entryOf = (family, name) => classes[family][name];

/** @param {FamilyName} family */
export const classNames = (family) => Object.keys(classes[family]);

/** One line on a class in the page's language. @param {FamilyName} family @param {string} name */
export const wordsOf = (family, name) => classes[family][name]?.[language()] ?? '';

/** The class that a name or alias means; what is not known stays as it is. @param {FamilyName} family @param {string} name */
export const resolve = (family, name) => names[family].get(name) ?? name;

/** The groups that hold a match for what was typed, with the matching classes; class names come before words. @param {FamilyName} family @param {string} query */
export function search(family, query) {
  const wanted = query.trim().toLowerCase();
  const hits = Object.entries(families[family]).map(([group, found]) => ({
    group,
    names: Object.keys(found).filter((name) => !wanted
      || [name, snake(name), ...(found[name].aliases ?? []), found[name].en, found[name].ja, group, ...(groupWords[group] ?? [])]
        .some((text) => text.toLowerCase().includes(wanted))),
  })).filter((each) => each.names.length);
  const named = (/** @type {{names: string[]}} */ each) => Number(wanted !== '' && each.names.some((name) => name.toLowerCase().includes(wanted)));
  return hits.sort((a, b) => named(b) - named(a));
}

/** The arguments shown at once and those behind a fold, in Keras' order. @param {Entry} entry */
export function splitArguments({ arguments: all, start = {}, first = [] }) {
  const rate = 'learning_rate' in all ? ['learning_rate'] : [];
  const shown = [...new Set([...rate, ...Object.keys(start), ...Object.keys(all).filter((key) => all[key] === undefined), ...first])];
  return { shown, folded: Object.keys(all).filter((key) => !shown.includes(key)) };
}

/** Keras' own snake case: `GlobalAveragePooling1D` → `global_average_pooling1d`. @param {string} name */
export function snake(name) {
  return name.replace(/\W+/g, '').replace(/(.)([A-Z][a-z]+)/g, '$1_$2').replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase();
}

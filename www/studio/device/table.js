// @ts-check
import { formatNumber, t } from '../../i18n/index.js';
import { isPerEpoch, WORKLOADS } from './measure.js';
import measured from './reference.json';

/**
 * @typedef {import('./measure.js').Name} Name
 * @typedef {import('./measure.js').Result} Result
 */

/** What `npm run bench:native -- --readme` wrote. @type {{date: string, processor: string, browser: string, results: Record<string, Record<string, Result>>}} */
export const reference = measured;

export const names = /** @type {Name[]} */ (Object.keys(WORKLOADS));

/** Systems of the reference that are shown, as far as they were measured. */
export const systems = ['dojo', 'tfjs', 'keras_tf', 'keras_jax'].filter((system) => names.some((name) => reference.results[name]?.[system]));

/** @param {number} ms */
export const milliseconds = (ms) => formatNumber(ms, { maximumSignificantDigits: 3 });

/** @param {Result | undefined} result */
export function cell(result) {
  if (!result) return '–';
  return 'error' in result ? t('device.failed') : milliseconds(result.median_ms);
}

/** @param {Name} name */
export const unit = (name) => t(isPerEpoch(name) ? 'device.unitEpoch' : 'device.unit');

/** Results and reference as a Markdown table. @param {Map<Name, Result>} results @param {string} engine */
export function markdown(results, engine) {
  const line = (/** @type {string[]} */ cells) => `| ${cells.join(' | ')} |`;
  const heads = [t('device.network'), `${t('device.here')} (${engine})`, ...systems.map((system) => t(`device.system.${system}`))];
  const rows = names.map((name) => [
    `${name}: ${t(`device.${name}`)}, ${unit(name)}`, cell(results.get(name)), ...systems.map((system) => cell(reference.results[name]?.[system])),
  ]);
  return [line(heads), `|---|${'---:|'.repeat(heads.length - 1)}`, ...rows.map(line), '', t('device.how', reference), ''].join('\n');
}

// @ts-check
import { html } from 'lit';
import { t } from '../../i18n/index.js';
import { classOf, configOf, newObject, withArgument } from '../keras/objects.js';
import { entryOf, snake } from '../keras/table.js';
import { studio } from '../state.js';
import { objectCard } from './object-card.js';
import './palette.js';

/** The key a metric is logged under: the name as given, or its own. @param {any} metric */
export const metricKey = (metric) => (typeof metric === 'string' ? metric : configOf(metric).name ?? snake(classOf('metrics', metric)));

/** @param {import('../types.js').Compile} compile */
export const metricsText = ({ metrics }) => metrics.map(metricKey).join(', ') || t('none');

/** @param {import('../types.js').Compile} compile @param {import('./validate.js').Fault | null} fault */
export function metricsBody({ metrics }, fault) {
  const remove = (/** @type {number} */ i) => studio.edit(({ compile }) => void compile.metrics.splice(i, 1), 'toast.metricRemoved');
  return html`
    ${metrics.length ? metrics.map((metric, i) => objectCard({
      id: `metric-${i}`, family: 'metrics', value: metric, title: metricKey(metric), message: fault?.index === i ? fault.message : '',
      set: (key, next) => studio.edit(({ compile }) => { compile.metrics[i] = withArgument('metrics', metric, key, next); }),
      remove: () => remove(i),
    })) : html`<p class="muted fine">${t('metrics.none')}</p>`}
    <dojo-palette family="metrics" label=${t('metrics.add')} @add=${(/** @type {CustomEvent} */ event) => add(event.detail.name)}></dojo-palette>`;
}

/** The same metric twice would be one figure. @param {string} name */
function add(name) {
  const has = studio.project?.draft.compile.metrics.some((metric) => classOf('metrics', metric) === name);
  if (has && !Object.keys(entryOf('metrics', name)?.arguments ?? {}).length) return;
  studio.edit(({ compile }) => { compile.metrics = [...compile.metrics, newObject('metrics', name)]; });
}

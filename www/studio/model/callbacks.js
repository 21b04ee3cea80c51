// @ts-check
import { html } from 'lit';
import { t } from '../../i18n/index.js';
import { newObject, withArgument } from '../keras/objects.js';
import { studio } from '../state.js';
import { metricKey } from './metrics.js';
import { objectCard } from './object-card.js';
import './palette.js';

/** What was added last stands open, so that its arguments are seen. @type {unknown} */
let fresh = null;

/** @param {import('../types.js').FitOptions} fit */
export function callbacksText({ callbacks }) {
  return callbacks.map(({ class_name: name }) => name).join(', ') || html`<span class="link">${t('add')}</span>`;
}

/** @param {import('../types.js').Draft} draft @param {import('./validate.js').Fault | null} fault */
export function callbacksBody({ fit, compile }, fault) {
  const { callbacks } = fit;
  const logs = ['loss', ...compile.metrics.map(metricKey)];
  const suggestions = [...(fit.validation_split ? logs.map((key) => `val_${key}`) : []), ...logs];
  return html`
    ${callbacks.length ? callbacks.map((callback, i) => objectCard({
      id: `callback-${i}`, family: 'callbacks', value: callback, title: callback.class_name, suggestions,
      open: fresh === `${i} ${callback.class_name}`, message: fault?.index === i ? fault.message : '',
      set: (key, next) => studio.edit((draft) => { draft.fit.callbacks[i] = withArgument('callbacks', callback, key, next); }),
      remove: () => { fresh = null; studio.edit((draft) => void draft.fit.callbacks.splice(i, 1), 'toast.callbackRemoved'); },
    })) : html`<p class="muted fine">${t('callbacks.none')}</p>`}
    <dojo-palette family="callbacks" label=${t('callbacks.add')} @add=${(/** @type {CustomEvent} */ event) => add(event.detail.name)}></dojo-palette>`;
}

/** @param {string} name */
function add(name) {
  fresh = `${studio.project?.draft.fit.callbacks.length} ${name}`;
  studio.edit(({ fit }) => { fit.callbacks = [...fit.callbacks, newObject('callbacks', name)]; });
}

// @ts-check
import { html, nothing } from 'lit';
import { has, t } from '../../i18n/index.js';
import { choicesOf, nameOf, regularizer, regularizerObject } from '../layers.js';
import { studio } from '../state.js';

/**
 * One argument of a layer: the field that its name and value ask for.
 * A value the user has not set is the default and shown in grey.
 * @param {object} options
 * @param {import('../types.js').KerasObject} options.layer
 * @param {number} options.index of the layer
 * @param {string} options.key
 * @param {any} options.filled the engine's value, defaults filled in
 */
export function argumentField({ layer, index, key, filled }) {
  const given = key in layer.config;
  const value = given ? layer.config[key] : filled;
  const set = (/** @type {any} */ next) => studio.edit(({ config }) => { config[index].config[key] = next; });
  const id = `argument-${index}-${key}`;
  const help = has(`arg.${key}`) ? t(`arg.${key}`) : '';
  return html`<div class="argument ${given ? '' : 'default'}">
    <label for=${id}><code>${key}</code></label>${field({ id, key, value, set })}
    ${help ? html`<p class="muted fine">${help}</p>` : nothing}
  </div>`;
}

/** @param {{id: string, key: string, value: any, set: (value: any) => void}} options */
function field({ id, key, value, set }) {
  if (key.endsWith('_regularizer')) return regularizerField(id, value, set);
  const choices = choicesOf(key);
  if (choices) return select(id, nameOf(value) || (key === 'activation' ? 'linear' : 'None'), choices, (next) => set(next === 'None' ? null : next));
  if (typeof value === 'boolean') {
    return html`<input id=${id} type="checkbox" .checked=${value} @change=${(/** @type {any} */ event) => set(event.target.checked)}>`;
  }
  const text = typeof value === 'string' ? value : value == null ? '' : JSON.stringify(value);
  return html`<input id=${id} type="text" inputmode=${typeof value === 'number' ? 'decimal' : 'text'} placeholder="None"
    data-testid="arg-${key}" .value=${text} @change=${(/** @type {any} */ event) => set(parse(event.target.value, key))}>`;
}

/** @param {string} id @param {any} value @param {(value: any) => void} set */
function regularizerField(id, value, set) {
  const { kind, l1, l2 } = regularizer(value);
  const factor = kind === 'L1' ? l1 : l2;
  return html`<span class="pair">
    <select id=${id} .value=${kind} @change=${(/** @type {any} */ event) => set(regularizerObject(event.target.value, kind ? factor : 0.001))}>
      ${['', 'L1', 'L2', 'L1L2'].map((choice) => html`<option value=${choice} ?selected=${choice === kind}>${choice || 'None'}</option>`)}
    </select>
    ${kind ? html`<input type="text" inputmode="decimal" aria-label=${t('regularizer.factor')} .value=${String(factor)}
      @change=${(/** @type {any} */ event) => set(regularizerObject(kind, Number(event.target.value) || 0))}>` : nothing}
  </span>`;
}

/** @param {string} id @param {string} value @param {string[]} choices @param {(value: string) => void} set */
export function select(id, value, choices, set) {
  const all = choices.includes(value) ? choices : [value, ...choices];
  return html`<select id=${id} .value=${value} @change=${(/** @type {any} */ event) => set(event.target.value)}>
    ${all.map((choice) => html`<option value=${choice} ?selected=${choice === value}>${choice}</option>`)}</select>`;
}

/** A number, a list or a word; nothing is None. @param {string} text @param {string} key */
function parse(text, key) {
  if (key === 'name') return text;
  if (!text.trim() || text === 'None') return null;
  try { return JSON.parse(text); } catch { return text; }
}

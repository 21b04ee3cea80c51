// @ts-check
import { html, nothing } from 'lit';
import { t } from '../../i18n/index.js';
import { sentence } from '../errors.js';
import { argumentHelp } from '../keras/arguments.js';
import { choicesOf } from '../keras/choices.js';
import { classOf, configOf, familyOf, newObject, withArgument } from '../keras/objects.js';
import { parseValue, valueText } from '../keras/values.js';
import { classNames, entryOf, snake, splitArguments, wordsOf } from '../keras/table.js';
import { opens } from '../opens.js';
import { faultyArgument } from './fault.js';
import './words.js';

/**
 * The arguments of a Keras object as a form, in Keras' names and defaults.
 *
 * @typedef {import('../keras/table.js').FamilyName} FamilyName
 * @typedef {(key: string, value: any) => void} SetArgument `undefined` takes an argument back to its default
 *
 * @typedef {object} Form
 * @property {string} id unique in the page
 * @property {FamilyName} family
 * @property {any} value the object
 * @property {SetArgument} set
 * @property {Record<string, any>} [filled] the engine's values of all arguments, if it knows the object
 * @property {string} [message] what the engine says is wrong with this object
 * @property {boolean} [quiet] the message is shown elsewhere where it names no argument
 * @property {string[]} [hide] arguments shown elsewhere
 * @property {string[]} [more] arguments that every class of the family has
 * @property {string[]} [suggestions] for a monitored figure
 */

/** What people change first, then the rest behind a fold. @param {Form} form @returns {import('lit').TemplateResult} */
export function argumentForm(form) {
  const { family, value, filled = {}, message = '', quiet = false, hide = [], more = [] } = form;
  const name = classOf(family, value);
  const config = configOf(value);
  const entry = entryOf(family, name) ?? { en: '', ja: '', arguments: {} };
  const defaults = { ...entry.arguments, ...Object.fromEntries(more.map((key) => [key, filled[key] ?? (key === 'trainable' ? true : null)])) };
  const { shown, folded } = splitArguments(entry);
  // What the table does not know is no less an argument: a class of another Keras.
  const others = [...Object.keys(config), ...Object.keys(filled)].filter((key) => !(key in defaults) && !technical.includes(key));
  const rest = [...new Set([...folded, ...others, ...more])].filter((key) => !hide.includes(key));
  const fault = faultyArgument(message, [...shown, ...rest], config);
  const field = (/** @type {string} */ key) => argumentField({
    ...form, name, key, fallback: filled[key] ?? defaults[key], given: key in config, now: config[key], bad: fault === key ? message : '',
  });
  const set = rest.filter((key) => key in config && key !== 'name').length;
  return html`
    ${shown.filter((key) => !hide.includes(key)).map(field)}
    ${rest.length ? html`<details class="more-arguments" ${opens(rest.includes(fault ?? ''))}>
      <summary>${t('arguments.more', { n: rest.length })}${set ? html` <span class="tag">${t('arguments.set', { n: set })}</span>` : nothing}</summary>
      ${rest.map(field)}</details>` : nothing}
    ${message && !fault && !quiet ? html`<p class="bad fine" role="alert" data-testid="form-error">${sentence(message)}</p>` : nothing}`;
}

/** Written into configs by Keras itself. */
const technical = ['dtype', 'name', 'batch_input_shape', 'batch_shape', 'is_legacy_optimizer', 'jit_compile'];

/**
 * @param {Form & {name: string, key: string, fallback: any, given: boolean, now: any, bad: string}} options
 */
function argumentField({ id: form, family, name, key, fallback, given, now, set, bad, suggestions }) {
  const id = `${form}-${key}`;
  const help = argumentHelp(name, key);
  const words = bad && typeof fallback === 'number' && typeof now === 'string' ? t('arguments.needsNumber') : sentence(bad);
  return html`<div class="argument ${given ? '' : 'default'} ${bad ? 'bad' : ''}">
    <label for=${id} title=${key}><code>${key}</code></label>
    ${field({ id, name, key, value: given ? now : fallback, fallback, set: (next) => set(key, next), bad, suggestions })}
    ${bad ? html`<p class="bad fine" role="alert" data-testid="argument-error">${words}</p>`
      : help ? html`<p class="muted fine">${help}</p>` : nothing}
    ${nested(id, key, given ? now : null, (next) => set(key, next))}
  </div>`;
}

/** @typedef {{id: string, name: string, key: string, value: any, fallback: any, set: (value: any) => void, bad: string, suggestions?: string[]}} Field */

/** The control that an argument's name and default ask for. @param {Field} options */
function field(options) {
  const { id, name, key, value, fallback, set } = options;
  const family = familyOf(key);
  if (family) return familyField(options, family);
  const choices = choicesOf(name, key, fallback);
  if (choices) {
    const none = key === 'activation' ? 'linear' : 'None';
    const now = value?.class_name ? snake(value.class_name) : value ?? none;
    const all = fallback === null && none === 'None' ? ['None', ...choices] : choices;
    return select(id, String(now), all, (next) => set(next === 'None' || (next === none && fallback === null) ? undefined : next));
  }
  if (typeof (value ?? fallback) === 'boolean') {
    return html`<input id=${id} type="checkbox" data-testid="arg-${key}" .checked=${value} @change=${(/** @type {any} */ event) => set(event.target.checked)}>`;
  }
  return textField(options);
}

/** A number, a list, a word or nothing. @param {Field} options */
function textField({ id, key, value, fallback, set, bad, suggestions }) {
  const numeric = typeof (value ?? fallback) === 'number';
  const list = key === 'monitor' && suggestions ? `${id}-list` : null;
  return html`<input id=${id} type="text" inputmode=${numeric ? 'decimal' : 'text'} autocomplete="off" placeholder="None" list=${list ?? nothing}
      aria-invalid=${bad ? 'true' : 'false'} data-testid="arg-${key}" .value=${valueText(value)}
      @change=${(/** @type {any} */ event) => set(parseValue(event.target.value, key))}>
    ${list ? html`<datalist id=${list}>${suggestions?.map((name) => html`<option value=${name}></option>`)}</datalist>` : nothing}`;
}

/** One of a family, or (for a learning rate) plain numbers. @param {Field} options @param {FamilyName} family */
function familyField({ id, key, value, fallback, set }, family) {
  const plain = { learning_rate: 'number', schedule: 'list' }[key];
  const name = classOf(family, value);
  const none = plain ? t(`arguments.${plain}`) : 'None';
  const known = classNames(family);
  const choose = (/** @type {string} */ next) => set(next ? newObject(family, next) : plain === 'list' ? [0.001, 0.0005, 0.0001] : undefined);
  return html`<span class=${plain && !name ? 'pair' : ''}>
    <select id=${id} data-testid="arg-${key}" .value=${name} @change=${(/** @type {any} */ event) => choose(event.target.value)}>
      ${plain || fallback === null ? html`<option value="" ?selected=${!name}>${none}</option>` : nothing}
      ${[...known, ...(name && !known.includes(name) ? [name] : [])].map((each) => html`<option value=${each} title=${wordsOf(family, each)} ?selected=${each === name}>${each}</option>`)}
    </select>
    ${plain && !name ? html`<input type="text" inputmode="decimal" aria-label=${key} data-testid="arg-${key}-value" .value=${valueText(value)}
      @change=${(/** @type {any} */ event) => set(parseValue(event.target.value, key))}>` : nothing}</span>`;
}

/** The arguments of an argument: a regularizer's factor, a schedule's steps. @param {string} id @param {string} key @param {any} value @param {(next: any) => void} set */
function nested(id, key, value, set) {
  const family = familyOf(key);
  const name = family && classOf(family, value);
  if (!family || !name || !Object.keys(entryOf(family, name)?.arguments ?? {}).length) return nothing;
  return html`<div class="nested">${argumentForm({
    id, family, value, set: (inner, next) => set(withArgument(family, value, inner, next)),
  })}</div>`;
}

/** @param {string} id @param {string} value @param {string[]} choices @param {(value: string) => void} set */
export function select(id, value, choices, set) {
  const all = choices.includes(value) ? choices : [value, ...choices];
  return html`<select id=${id} data-testid=${id} .value=${value} @change=${(/** @type {any} */ event) => set(event.target.value)}>
    ${all.map((choice) => html`<option value=${choice} ?selected=${choice === value}>${choice}</option>`)}</select>`;
}

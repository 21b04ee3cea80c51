// @ts-check
import { html, nothing } from 'lit';
import { t } from '../../i18n/index.js';
import { icon } from '../icons.js';
import { classOf, configOf } from '../keras/objects.js';
import { opens } from '../opens.js';
import { valueText } from '../keras/values.js';
import { entryOf, wordsOf } from '../keras/table.js';
import { argumentForm } from './arguments.js';

/**
 * A metric or a callback: its name, what was set, its arguments, and the way to remove it.
 * @param {import('./arguments.js').Form & {title: string, remove: () => void, open?: boolean}} options
 */
export function objectCard({ title, remove, open = false, ...form }) {
  const { family, value, message = '' } = form;
  const name = classOf(family, value);
  const set = Object.entries(configOf(value)).filter(([key]) => key !== 'name')
    .map(([key, given]) => (given === true ? key : `${key} ${classOf('schedules', given) || valueText(given)}`));
  const has = Object.keys(entryOf(family, name)?.arguments ?? configOf(value)).length > 0;
  return html`<details class="card object ${message ? 'bad' : ''}" data-testid="object-${name}" ${opens(open || Boolean(message))}>
    <summary><b>${title}</b><span class="muted fine">${set.join(', ')}</span>
      <button class="icon-button" data-testid="remove-${name}" aria-label=${t('remove.what', { name: title })} title=${t('remove')}
        @click=${(/** @type {Event} */ event) => { event.preventDefault(); remove(); }}>${icon('trash')}</button></summary>
    <div class="object-body"><p class="muted fine">${wordsOf(family, name)}</p>
      ${has || message ? argumentForm(form) : nothing}</div>
  </details>`;
}

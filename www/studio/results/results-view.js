// @ts-check
import { html } from 'lit';
import { t } from '../../i18n/index.js';
import { Part } from '../part.js';
import { studio } from '../state.js';
import { testLine } from './test-line.js';

/** What the focus run does with rows it has not learned from. */
class DojoResultsView extends Part {
  render() {
    const { project } = studio;
    const run = studio.focused;
    if (!project || !run) {
      return html`<section class="results"><p class="empty">${t('results.none')}</p></section>`;
    }
    return html`<section class="results">
      <div class="section-head"><h2>${t('tab.results')}</h2>
        <select class="run-choice" aria-label=${t('results.run')} data-testid="results-run" .value=${run.id}
          @change=${(/** @type {any} */ event) => studio.focus(event.target.value)}>
          ${project.runs.map(({ id, name }) => html`<option value=${id} ?selected=${id === run.id}>${name}</option>`)}</select>
      </div>
      ${testLine(run)}
    </section>`;
  }
}
customElements.define('dojo-results-view', DojoResultsView);

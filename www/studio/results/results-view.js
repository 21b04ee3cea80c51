// @ts-check
import { html, nothing } from 'lit';
import { t } from '../../i18n/index.js';
import { Part } from '../part.js';
import { evaluateRun } from '../runner.js';
import { studio } from '../state.js';
import { saveButtons } from '../save.js';
import { hasEnded, outcomeOf } from './outcome.js';
import './results.js';

/** What the focus run does with rows it has not learned from. */
class DojoResultsView extends Part {
  static properties = { split: { state: true } };

  constructor() {
    super();
    /** @type {import('./outcome.js').Split} */
    this.split = 'validation';
  }

  render() {
    const { project } = studio;
    const run = studio.focused;
    if (!project || !run) {
      return html`<section class="results"><p class="empty">${t('outcome.noRun')}</p></section>`;
    }
    const { predictions, labels, classes, task, unit, sample, predict, metrics, message } = outcomeOf(run, this.split);
    return html`<section class="results">
      <div class="section-head"><label for="results-run">${t('outcome.run')}</label>
        <select id="results-run" class="run-choice" data-testid="results-run" .value=${run.id}
          @change=${(/** @type {any} */ event) => studio.focus(event.target.value)}>
          ${project.runs.map(({ id, name }) => html`<option value=${id} ?selected=${id === run.id}>${name}</option>`)}</select>
        ${hasEnded(run) ? saveButtons(project, run, t('runs.save')) : nothing}
      </div>
      <dojo-results .split=${this.split} .predictions=${predictions} .labels=${labels} .classes=${classes} .task=${task} .unit=${unit}
        .sample=${sample} .predict=${predict} .metrics=${metrics} .looked=${run.looked} .message=${message}
        @split-change=${(/** @type {CustomEvent} */ event) => { this.split = event.detail.split; }}
        @evaluate=${() => evaluateRun(run)}></dojo-results>
    </section>`;
  }
}
customElements.define('dojo-results-view', DojoResultsView);

// @ts-check
import { html, nothing } from 'lit';
import '../../charts/plot.js';
import { t } from '../../i18n/index.js';
import { errorText } from '../errors.js';
import { Part } from '../part.js';
import { hasEnded, outcomeOf } from '../results/outcome.js';
import { lossName } from '../layers.js';
import { continueFrom, saveModel, savePython } from '../models.js';
import { evaluateRun, queueRun, removeRun, restoreRun } from '../runner.js';
import { studio } from '../state.js';
import '../results/insight.js';
import { runFiles } from './files.js';
import { firstRate, slower } from './slower.js';
import './runs.js';
import './variants-bar.js';

/** Curves, runs and what to try next, with the focus run's results beside them. */
class DojoTrain extends Part {
  static properties = { metric: { state: true }, cursor: { state: true } };

  constructor() {
    super();
    this.metric = 'loss';
    /** @type {number | null} epoch under the crosshair */
    this.cursor = null;
  }

  render() {
    const { project } = studio;
    if (!project) return html``;
    const runs = [...project.runs];
    const run = studio.focused;
    return html`
      <section class="stage" aria-label=${t('tab.train')}
        @focus-run=${(/** @type {CustomEvent} */ event) => studio.focus(event.detail.id)}
        @delete-run=${(/** @type {CustomEvent} */ event) => remove(event.detail.id)}
        @undo-delete=${(/** @type {CustomEvent} */ event) => restoreRun(event.detail.run, event.detail.index)}
        @pin-run=${(/** @type {CustomEvent} */ event) => pin(event.detail)}
        @rename-run=${(/** @type {CustomEvent} */ event) => rename(event.detail)}
        @load-draft=${(/** @type {CustomEvent} */ event) => toDraft(event.detail.id)}
        @continue-run=${(/** @type {CustomEvent} */ event) => withRun(event.detail.id, continueFrom)}
        @python-run=${(/** @type {CustomEvent} */ event) => withRun(event.detail.id, (it) => savePython(project, it))}
        @save-run=${(/** @type {CustomEvent} */ event) => withRun(event.detail.id, (it) => saveModel(project, it))}
        @queue-variant=${(/** @type {CustomEvent} */ event) => queueRun(event.detail, event.detail.name)}
        @metric-change=${(/** @type {CustomEvent} */ event) => { this.metric = event.detail.metric; }}
        @cursor-epoch=${(/** @type {CustomEvent} */ event) => { this.cursor = event.detail.epoch; }}>
        <dojo-plot .runs=${runs} .focusId=${project.focus} .metric=${this.metric} .units=${unitsOf(project)} .cursor=${this.cursor}></dojo-plot>
        ${run && (run.error || run.divergedAt) ? runError(run) : nothing}
        <dojo-runs .runs=${runs} .focusId=${project.focus} .cursor=${this.cursor}></dojo-runs>
        ${run ? runFiles(run) : nothing}
        ${run ? html`<dojo-variants .run=${run} .runs=${runs}></dojo-variants>` : nothing}
      </section>
      <aside class="insight" aria-label=${t('tab.results')}>${run ? insight(run) : html`<p class="muted">${t('insight.empty')}</p>`}</aside>`;
  }
}
customElements.define('dojo-train', DojoTrain);

/** Units of a regression's metrics: the label's, squared for squared errors. @param {import('../types.js').Project} project @returns {Record<string, string>} */
function unitsOf({ prepared, recipe, draft }) {
  const unit = prepared?.task === 'regression' ? recipe.label.column : null;
  if (!unit) return {};
  const units = { mae: unit, mean_absolute_error: unit, root_mean_squared_error: unit, mse: `${unit}²`, mean_squared_error: `${unit}²` };
  return { ...units, loss: /** @type {Record<string, string>} */ (units)[lossName(draft.compile.loss)] ?? '' };
}

/** What the focus run does on the validation rows, and the test part behind its button. @param {import('../types.js').Run} run */
function insight(run) {
  const { predictions, labels, classes, task, unit, sample, epoch, message } = outcomeOf(run, 'validation');
  return html`<dojo-insight .predictions=${predictions} .labels=${labels} .classes=${classes} .task=${task} .unit=${unit} .sample=${sample}
    .epoch=${epoch} .message=${message} .test=${run.test} .looked=${run.looked} .hasTest=${run.prepared.test.count > 0} .canEvaluate=${hasEnded(run) && !studio.active}
    @evaluate=${() => evaluateRun(run)} @open-results=${() => studio.show('results')}></dojo-insight>
    ${message && hasEnded(run) ? html`<p class="muted fine">${message}</p>` : nothing}`;
}

/** @param {string} id */
const find = (id) => studio.project?.runs.find((run) => run.id === id);

/** @param {string} id @param {(run: import('../types.js').Run) => void} act */
function withRun(id, act) {
  const run = find(id);
  if (run) act(run);
}

/** @param {string} id */
const remove = (id) => withRun(id, removeRun);

/** @param {{id: string, name: string}} detail */
function rename({ id, name }) {
  const run = find(id);
  if (run && name) run.name = name;
  studio.changed();
}

/** @param {{id: string, pinned: boolean}} detail */
function pin({ id, pinned }) {
  const run = find(id);
  if (run) run.pinned = pinned;
  studio.changed();
}

/** What a run was made of becomes the draft. @param {string} id */
function toDraft(id) {
  const run = find(id);
  if (!run) return;
  const { config, compile, fit } = structuredClone(run);
  studio.edit((draft) => Object.assign(draft, { config, compile, fit }), 'toast.loaded');
}

/** The run that failed or left the numbers says so where its curve would be. @param {import('../types.js').Run} run */
function runError(run) {
  if (!run.divergedAt) {
    return html`<div class="problem" role="alert" data-testid="run-error"><h3>${t('run.error')}</h3><p>${errorText(run.error)}</p></div>`;
  }
  const optimizer = slower(run.compile.optimizer);
  const [rate, less] = [run.compile.optimizer, optimizer].map(firstRate);
  const fix = () => {
    const next = structuredClone({ config: run.config, compile: { ...run.compile, optimizer }, fit: run.fit });
    studio.edit((draft) => Object.assign(draft, next), 'toast.fixed');
    queueRun(next, t('run.slower', { rate: rateText(less) }));
  };
  return html`<div class="problem" role="alert" data-testid="diverged">
    <h3>${t('diverged.title', { step: run.divergedAt })}</h3><p>${t('diverged.text')}</p>
    <div class="fixes"><button class="button primary" data-testid="fix-rate" @click=${fix}>${t('fix.rate')} <span class="num">${rateText(rate)} → ${rateText(less)}</span></button></div>
  </div>`;
}

/** @param {number} rate */
const rateText = (rate) => (rate < 1e4 ? String(rate) : rate.toExponential());

// @ts-check
import { html, nothing } from 'lit';
import { t } from '../../i18n/index.js';
import { obstacleOf } from '../checks.js';
import { partCounts } from '../data/parts.js';
import { icon } from '../icons.js';
import { classOf, configOf, newObject, withArgument } from '../keras/objects.js';
import { valueText } from '../keras/values.js';
import { entryOf, families, groupTitle, wordsOf } from '../keras/table.js';
import { opens } from '../opens.js';
import { Part } from '../part.js';
import { queueRun } from '../runner.js';
import { studio } from '../state.js';
import { argumentForm } from './arguments.js';
import { callbacksBody, callbacksText } from './callbacks.js';
import { metricsBody, metricsText } from './metrics.js';

/** Keras' compile and fit arguments of the draft. */
class DojoCompile extends Part {
  render() {
    const { project } = studio;
    if (!project?.draft) return html``;
    const { compile, fit } = project.draft;
    const run = studio.focused;
    const fault = project.fault ?? null;
    const at = (/** @type {string} */ place) => (fault?.place === place ? fault : null);
    /** A dot where the draft differs from the focus run. @param {unknown} mine @param {unknown} [theirs] */
    const differs = (mine, theirs) => (run && JSON.stringify(mine) !== JSON.stringify(theirs) ? 'differs' : '');
    return html`<section class="compile" aria-labelledby="compile-title">
      <div class="section-head"><h2 id="compile-title">${t('compile')}</h2></div>
      <div class="fields">
        <div class="field"><label for="optimizer" class=${differs(compile.optimizer, run?.compile.optimizer)}>${t('optimizer')}</label>${optimizerField(compile)}</div>
        <div class="field"><label for="loss" class=${differs(compile.loss, run?.compile.loss)}>${t('loss')}</label>
          ${classSelect('loss', 'losses', compile.loss, (name) => studio.edit((draft) => { draft.compile.loss = newObject('losses', name); }))}</div>
        <div class="field"><label for="epochs" class=${differs(fit.epochs, run?.fit.epochs)}>${t('epochs')}</label>
          ${number('epochs', fit.epochs, 1, (value) => studio.edit((draft) => { draft.fit.epochs = value; }))}</div>
        <div class="field"><label for="batch" class=${differs(fit.batch_size, run?.fit.batch_size)}>${t('batch')}</label>
          <span class="hinted">${number('batch', fit.batch_size, 1, (value) => studio.edit((draft) => { draft.fit.batch_size = value; }))}
          <span class="hint num">${t('steps', { n: Math.ceil(partCounts(project.prepared, fit)[0].count / fit.batch_size) })}</span></span></div>
      </div>
      ${objectRow('optimizer', 'optimizers', compile.optimizer, at('optimizer'))}
      ${objectRow('loss', 'losses', compile.loss, at('loss'))}
      ${row('metrics', t('metrics'), differs(compile.metrics, run?.compile.metrics), metricsText(compile), metricsBody(compile, at('metrics')), at('metrics'))}
      ${row('validation', t('validation_split'), differs(fit.validation_split, run?.fit.validation_split), `${Math.round(fit.validation_split * 100)} %`, validationBody(fit))}
      ${row('callbacks', t('callbacks'), differs(fit.callbacks, run?.fit.callbacks), callbacksText(fit), callbacksBody(project.draft, at('callbacks')), at('callbacks'))}
      ${row('seed', t('seed'), differs(fit.seed, run?.fit.seed), String(fit.seed), html`<label for="seed-value">${t('seed.help')}</label>
        ${number('seed-value', fit.seed, 0, (value) => studio.edit((draft) => { draft.fit.seed = value; }))}`)}
      ${studio.active ? html`<button class="button queue" data-testid="queue" @click=${queue}>${icon('plus')}${t('queue')}<kbd>⌘⏎</kbd></button>` : nothing}
    </section>`;
  }
}
customElements.define('dojo-compile', DojoCompile);

/** Queues the draft behind what trains now. */
export function queue() {
  const { project } = studio;
  if (project && !obstacleOf(project) && !studio.codeError) queueRun(project.draft);
}

/**
 * @param {string} name @param {string} label @param {string} differs @param {unknown} value @param {unknown} body
 * @param {import('./validate.js').Fault | null} [fault]
 */
function row(name, label, differs, value, body, fault = null) {
  return html`<details class="form-row ${fault ? 'bad' : ''}" data-testid="row-${name}" ${opens(Boolean(fault))}>
    <summary><span class="muted ${differs}">${label}</span><span class="form-value">${fault ? html`<span class="bad">${icon('warn')}</span>` : nothing}${value}</span></summary>
    <div class="form-body">${body}</div></details>`;
}

/**
 * The arguments of the optimizer or the loss: what was changed, and the form.
 * @param {'optimizer' | 'loss'} key @param {'optimizers' | 'losses'} family @param {any} value @param {import('./validate.js').Fault | null} fault
 */
function objectRow(key, family, value, fault) {
  const name = classOf(family, value);
  if (!fault && !Object.keys(entryOf(family, name)?.arguments ?? configOf(value)).length) return nothing;
  const set = Object.entries(configOf(value)).filter(([argument]) => argument !== 'learning_rate' || typeof value.config.learning_rate === 'object');
  const told = set.map(([argument, given]) => `${argument} ${classOf('schedules', given) || valueText(given)}`).join(', ');
  return row(`${key}-arguments`, t(`compile.${key}`), '', told || html`<span class="muted">${t('compile.defaults')}</span>`, html`
    <p class="muted fine">${wordsOf(family, name)}</p>
    ${argumentForm({
      id: key, family, value, message: fault?.message,
      set: (argument, next) => studio.edit(({ compile }) => { compile[key] = withArgument(family, compile[key], argument, next); }),
    })}`, fault);
}

/** @param {string} id @param {'optimizers' | 'losses'} family @param {any} value @param {(name: string) => void} choose */
function classSelect(id, family, value, choose) {
  const now = classOf(family, value);
  const known = entryOf(family, now);
  return html`<select id=${id} data-testid=${id} .value=${now} title=${wordsOf(family, now)} @change=${(/** @type {any} */ event) => choose(event.target.value)}>
    ${known ? nothing : html`<option value=${now} selected>${now}</option>`}
    ${Object.entries(families[family]).map(([group, classes]) => html`<optgroup label=${groupTitle(group)}>
      ${Object.keys(classes).map((name) => html`<option value=${name} title=${wordsOf(family, name)} ?selected=${name === now}>${name}</option>`)}</optgroup>`)}</select>`;
}

/** @param {import('../types.js').Compile} compile */
function optimizerField({ optimizer }) {
  const fallback = entryOf('optimizers', classOf('optimizers', optimizer))?.arguments.learning_rate;
  const rate = optimizer.config.learning_rate ?? fallback ?? 0.001;
  const choose = (/** @type {string} */ name) => studio.edit(({ compile }) => {
    compile.optimizer = { class_name: name, config: { learning_rate: entryOf('optimizers', name)?.arguments.learning_rate ?? 0.001 } };
  });
  const setRate = (/** @type {any} */ event) => {
    const value = Number(event.target.value);
    if (value > 0) studio.edit(({ compile }) => { compile.optimizer.config.learning_rate = value; });
    else event.target.value = String(rate);
  };
  const scheduled = classOf('schedules', rate);
  return html`<span class="joined">${classSelect('optimizer', 'optimizers', optimizer, choose)}
    ${scheduled ? html`<button class="rate-schedule" title=${scheduled} aria-label="${t('learning_rate')}: ${scheduled}" @click=${openArguments}>${icon('train')}</button>`
      : html`<input class="num" type="text" inputmode="decimal" aria-label=${t('learning_rate')} title=${t('learning_rate')} data-testid="learning-rate" .value=${String(rate)} @change=${setRate}>`}</span>`;
}

/** The schedule is set below. @param {Event} event */
function openArguments(event) {
  const row = /** @type {Element} */ (event.target).closest('.compile')?.querySelector('[data-testid=row-optimizer-arguments]');
  row?.setAttribute('open', '');
  row?.scrollIntoView({ block: 'nearest' });
}

/**
 * A whole number; anything else springs back.
 * @param {string} id @param {number} value @param {number} least @param {(value: number) => void} set
 */
function number(id, value, least, set) {
  const change = (/** @type {any} */ event) => {
    const next = Number(event.target.value);
    if (Number.isInteger(next) && next >= least) set(next);
    else event.target.value = String(value);
  };
  return html`<input id=${id} class="num" type="text" inputmode="numeric" data-testid=${id} .value=${String(value)} @change=${change}>`;
}

/** @param {import('../types.js').FitOptions} fit */
function validationBody({ validation_split: split }) {
  return html`<label for="validation">${t('validation.help')}</label>
    <input id="validation" type="range" min="0" max="0.5" step="0.05" data-testid="validation-split" .value=${String(split)}
      @change=${(/** @type {any} */ event) => studio.edit(({ fit }) => { fit.validation_split = Number(event.target.value); })}>`;
}

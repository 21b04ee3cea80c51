// @ts-check
import { html, nothing } from 'lit';
import { t } from '../../i18n/index.js';
import { partCounts } from '../data/parts.js';
import { icon } from '../icons.js';
import { earlyStopping, lossChoices, lossName, metricChoices, nameOf, optimizerChoices } from '../layers.js';
import { Part } from '../part.js';
import { queueRun } from '../runner.js';
import { problemOf } from '../checks.js';
import { studio } from '../state.js';
import { select } from './arguments.js';

/** Keras' compile and fit arguments of the draft. */
class DojoCompile extends Part {
  render() {
    const { project } = studio;
    if (!project?.draft) return html``;
    const { compile, fit } = project.draft;
    const run = studio.focused;
    /** A dot where the draft differs from the focus run. @param {unknown} mine @param {unknown} [theirs] */
    const differs = (mine, theirs) => (run && JSON.stringify(mine) !== JSON.stringify(theirs) ? 'differs' : '');
    return html`<section class="compile" aria-labelledby="compile-title">
      <div class="section-head"><h2 id="compile-title">${t('compile')}</h2></div>
      <div class="fields">
        <div class="field"><label for="optimizer" class=${differs(compile.optimizer, run?.compile.optimizer)}>${t('optimizer')}</label>${optimizerField(compile)}</div>
        <div class="field"><label for="loss" class=${differs(compile.loss, run?.compile.loss)}>${t('loss')}</label>
          ${select('loss', lossName(compile.loss), lossChoices, (loss) => studio.edit((draft) => { draft.compile.loss = loss; }))}</div>
        <div class="field"><label for="epochs" class=${differs(fit.epochs, run?.fit.epochs)}>${t('epochs')}</label>
          ${number('epochs', fit.epochs, 1, (value) => studio.edit((draft) => { draft.fit.epochs = value; }))}</div>
        <div class="field"><label for="batch" class=${differs(fit.batch_size, run?.fit.batch_size)}>${t('batch')}</label>
          <span class="hinted">${number('batch', fit.batch_size, 1, (value) => studio.edit((draft) => { draft.fit.batch_size = value; }))}
          <span class="hint num">${t('steps', { n: Math.ceil(partCounts(project.prepared, fit)[0].count / fit.batch_size) })}</span></span></div>
      </div>
      ${row('metrics', t('metrics'), differs(compile.metrics, run?.compile.metrics), compile.metrics.map(nameOf).join(', ') || t('none'), metricsBody(compile))}
      ${row('validation', t('validation_split'), differs(fit.validation_split, run?.fit.validation_split), `${Math.round(fit.validation_split * 100)} %`, validationBody(fit))}
      ${row('callbacks', t('callbacks'), differs(fit.callbacks, run?.fit.callbacks), fit.callbacks.map(({ class_name: name }) => name).join(', ') || html`<span class="link">${t('add')}</span>`, callbacksBody(fit))}
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
  if (project && !problemOf(project) && !studio.codeError) queueRun(project.draft);
}

/** @param {string} name @param {string} label @param {string} differs @param {unknown} value @param {unknown} body */
function row(name, label, differs, value, body) {
  return html`<details class="form-row" data-testid="row-${name}">
    <summary><span class="muted ${differs}">${label}</span><span class="form-value">${value}</span></summary>
    <div class="form-body">${body}</div></details>`;
}

/** @param {import('../types.js').Compile} compile */
function optimizerField({ optimizer }) {
  const names = Object.keys(optimizerChoices);
  const rate = optimizer.config.learning_rate ?? optimizerChoices[/** @type {keyof typeof optimizerChoices} */ (optimizer.class_name)];
  const choose = (/** @type {string} */ name) => studio.edit(({ compile }) => {
    compile.optimizer = { class_name: name, config: { learning_rate: optimizerChoices[/** @type {keyof typeof optimizerChoices} */ (name)] ?? 0.001 } };
  });
  const setRate = (/** @type {any} */ event) => {
    const value = Number(event.target.value);
    if (value > 0) studio.edit(({ compile }) => { compile.optimizer.config.learning_rate = value; });
    else event.target.value = String(rate);
  };
  return html`<span class="joined">${select('optimizer', optimizer.class_name, names, choose)}
    <input class="num" type="text" inputmode="decimal" aria-label=${t('learning_rate')} title=${t('learning_rate')} data-testid="learning-rate" .value=${String(rate)} @change=${setRate}></span>`;
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

/** @param {import('../types.js').Compile} compile */
function metricsBody({ metrics }) {
  const on = metrics.map(nameOf);
  const toggle = (/** @type {string} */ name) => studio.edit(({ compile }) => {
    compile.metrics = on.includes(name) ? compile.metrics.filter((metric) => nameOf(metric) !== name) : [...compile.metrics, name];
  });
  return [...new Set([...metricChoices, ...on])].map((name) => html`<label class="check">
    <input type="checkbox" .checked=${on.includes(name)} @change=${() => toggle(name)}> ${name}</label>`);
}

/** @param {import('../types.js').FitOptions} fit */
function validationBody({ validation_split: split }) {
  return html`<label for="validation">${t('validation.help')}</label>
    <input id="validation" type="range" min="0" max="0.5" step="0.05" data-testid="validation-split" .value=${String(split)}
      @change=${(/** @type {any} */ event) => studio.edit(({ fit }) => { fit.validation_split = Number(event.target.value); })}>`;
}

/** @param {import('../types.js').FitOptions} fit */
function callbacksBody({ callbacks }) {
  const early = callbacks.findIndex(({ class_name: name }) => name === 'EarlyStopping');
  const set = (/** @type {string} */ key, /** @type {any} */ value) => studio.edit(({ fit }) => { fit.callbacks[early].config[key] = value; });
  const toggle = () => studio.edit(({ fit }) => {
    if (early >= 0) fit.callbacks.splice(early, 1);
    else fit.callbacks.push({ class_name: 'EarlyStopping', config: { monitor: 'val_loss', patience: 10, restore_best_weights: true } });
  });
  return html`<label class="check"><input type="checkbox" data-testid="early-stopping" .checked=${early >= 0} @change=${toggle}> EarlyStopping</label>
    <p class="muted fine">${t('early.help')}</p>
    ${early < 0 ? nothing : Object.entries(earlyStopping).map(([key, fallback]) => {
      const given = key in callbacks[early].config;
      const value = given ? callbacks[early].config[key] : fallback;
      return html`<div class="argument ${given ? '' : 'default'}"><label for="early-${key}"><code>${key}</code></label>
        ${earlyField(key, value, (next) => set(key, next))}</div>`;
    })}`;
}

/** @param {string} key @param {any} value @param {(value: any) => void} set */
function earlyField(key, value, set) {
  const id = `early-${key}`;
  if (typeof value === 'boolean') return html`<input id=${id} type="checkbox" .checked=${value} @change=${(/** @type {any} */ event) => set(event.target.checked)}>`;
  if (key === 'mode') return select(id, value, ['auto', 'min', 'max'], set);
  if (key === 'monitor') return html`<input id=${id} type="text" .value=${value} @change=${(/** @type {any} */ event) => set(event.target.value)}>`;
  const change = (/** @type {any} */ event) => {
    const text = event.target.value.trim();
    set(text === '' || !Number.isFinite(Number(text)) ? null : Number(text));
  };
  return html`<input id=${id} class="num" type="text" inputmode="decimal" placeholder="None" .value=${value === null ? '' : String(value)} @change=${change}>`;
}

// @ts-check
import { html, nothing } from 'lit';
import { figure } from '../../charts/scale.js';
import { formatNumber, t } from '../../i18n/index.js';
import { icon } from '../icons.js';
import { studio } from '../state.js';
import { downloadFile, isRestorable, restoreFile } from './run-files.js';
import './words.js';

/** Figures shown beside a checkpoint. */
const mostFigures = 2;

/**
 * What the run's callbacks kept and wrote: checkpoints to go back to, logs to take away.
 * @param {import('../types.js').Run} run
 */
export function runFiles(run) {
  const { files } = run;
  const expects = run.fit.callbacks.some(({ class_name: name }) => ['ModelCheckpoint', 'CSVLogger', 'TensorBoard'].includes(name));
  if (!files.length && !expects) return nothing;
  const kept = files.filter(isRestorable);
  const written = files.filter((file) => !isRestorable(file));
  const training = studio.active === run;
  return html`<section class="run-files" aria-labelledby="files-title" data-testid="run-files">
    <div class="section-head"><h2 id="files-title">${t('files.title')}</h2><span class="muted">${files.length || ''}</span></div>
    ${files.length ? nothing : html`<p class="muted">${t(training ? 'files.wait' : 'files.none')}</p>`}
    ${kept.length ? html`<ul>${kept.map((file) => checkpoint(run, file, training))}</ul>` : nothing}
    ${written.length ? html`<ul>${written.map((file) => html`<li data-testid="file-${file.kind}">
      <span><code title=${file.path}>${file.path}</code> <span class="muted fine">${t(`files.${file.kind}`)}</span></span>${save(file)}</li>`)}</ul>` : nothing}
  </section>`;
}

/** How much a person wants to see this figure: the validation loss, then what else was validated. @param {string} key */
const weight = (key) => (key === 'val_loss' ? 2 : Number(key.startsWith('val_')));

/** @param {import('../types.js').Run} run @param {import('./run-files.js').RunFile} file @param {boolean} training */
function checkpoint(run, file, training) {
  const inUse = run.restoredFile === file.path;
  const figures = Object.entries(file.logs ?? {}).filter(([key]) => key !== 'learning_rate')
    .sort(([a], [b]) => weight(b) - weight(a)).slice(0, mostFigures);
  return html`<li class=${inUse ? 'current' : ''} data-testid="checkpoint">
    <span>${file.epoch === undefined ? nothing : html`<b class="num">${t('files.epoch', { n: formatNumber(file.epoch + 1) })}</b>`}
      <code title=${file.path}>${file.path}</code>
      <span class="muted fine num">${figures.map(([key, value]) => `${key} ${figure(value)}`).join(' · ')}</span></span>
    ${inUse ? html`<span class="good fine" data-testid="in-use">${icon('check')} ${t('files.inUse')}</span>`
      : html`<button class="link" data-testid="restore" ?disabled=${training || !run.model} title=${training ? t('files.afterTraining') : ''}
          @click=${() => restoreFile(run, file)}>${t('files.restore')}</button>`}
    ${file.kind === 'backup' ? nothing : save(file)}</li>`;
}

/** @param {import('./run-files.js').RunFile} file */
function save(file) {
  const label = t('files.download', { name: file.path });
  return html`<button class="icon-button" data-testid="download-file" aria-label=${label} title=${label} @click=${() => downloadFile(file)}>${icon('download')}</button>`;
}

// @ts-check
import { html } from 'lit';
import { t } from '../i18n/index.js';
import { valueAt } from './run.js';
import { figure } from './scale.js';

/**
 * The plot in numbers: a line per epoch, train and validation of each run.
 * @param {import('./run.js').Run[]} runs
 * @param {string} metric
 */
export function plotTable(runs, metric) {
  const shown = runs.filter((run) => run.epoch.length);
  const epochs = [...new Set(shown.flatMap((run) => run.epoch))].sort((a, b) => a - b);
  return html`
    <div class="numbers" tabindex="0" data-testid="plot-table">
      <table>
        <thead>
          <tr><td></td>${shown.map((run) => html`<th scope="colgroup" colspan="2">${run.name}</th>`)}</tr>
          <tr><th scope="col">${t('plot.epoch')}</th>${shown.map(() => html`
            <th scope="col">${t('plot.train')}</th><th scope="col">${t('plot.validation')}</th>`)}</tr>
        </thead>
        <tbody>${epochs.map((epoch) => html`
          <tr><th scope="row">${epoch + 1}</th>${shown.map((run) => html`
            <td>${figure(valueAt(run, metric, epoch))}</td>
            <td>${figure(valueAt(run, `val_${metric}`, epoch))}</td>`)}</tr>`)}
        </tbody>
      </table>
    </div>`;
}

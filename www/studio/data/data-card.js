// @ts-check
import { html } from 'lit';
import { formatNumber, t } from '../../i18n/index.js';
import { Part } from '../part.js';
import { titleOf } from '../projects.js';
import { studio } from '../state.js';
import { partCounts } from './parts.js';

/** The rail's first card: what goes in, what comes out, how the rows are parted. */
class DojoDataCard extends Part {
  render() {
    const { project } = studio;
    if (!project) return html``;
    if (!project.prepared && project.origin) {
      return html`<button class="card data-card" data-testid="data-card" @click=${() => studio.show('data')}>
        <span class="data-card-head"><b>${t('origin.choose')}</b></span><span class="muted">${t('now.data')}</span></button>`;
    }
    const counts = partCounts(project.prepared, project.draft.fit);
    return html`<button class="card data-card" data-testid="data-card" @click=${() => studio.show('data')}>
      <span class="data-card-head"><b>${titleOf(project)}</b><span class="muted">${taskText(project)}</span></span>
      <span class="parts">${counts.map(({ part, count }) => html`<i class=${part} style="flex-grow:${count}"></i>`)}</span>
      <span class="data-card-counts">${counts.map(({ part, count }) => html`<span><span class="muted">${t(`part.${part}`)}</span> <span class="num">${formatNumber(count)}</span></span>`)}</span>
    </button>`;
  }
}
customElements.define('dojo-data-card', DojoDataCard);

/** "image → 10 classes". @param {import('../types.js').Project} project */
export function taskText({ kind, prepared }) {
  if (!prepared) return '';
  const { task, classes } = prepared;
  return t('task', { from: t(`kind.${kind}`), to: t(`task.${task}`, { n: classes?.length ?? 1 }) });
}

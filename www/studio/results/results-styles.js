// @ts-check
import { css } from 'lit';

export const resultsStyles = css`
  :host { container-type: inline-size; min-width: 0; }
  .head { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 16px; margin-bottom: 12px; }
  .head .end { margin-inline-start: auto; }
  section { margin-top: 24px; min-width: 0; }
  section > h2 { margin-bottom: 8px; }
  .columns { display: grid; grid-template-columns: minmax(0, 1.2fr) minmax(0, 1fr); gap: 0 32px; }
  .columns section { margin-top: 12px; }
  .columns:has([many]) { grid-template-columns: minmax(0, max-content) minmax(260px, 1fr); }
  .chip { padding: 2px 8px; border-radius: 999px; background: var(--dojo-warn-soft); color: var(--dojo-warn); font-size: 12px; }
  .figures { display: flex; flex-wrap: wrap; gap: 4px 24px; margin: 0; }
  .figures div { display: flex; align-items: baseline; gap: 6px; }
  .figures dt { color: var(--dojo-muted); font-size: 13px; }
  .figures dd { margin: 0; font-weight: 600; font-size: 16px; }
  .gate { max-width: 560px; padding: 32px 0; }
  .gate .button { margin-top: 16px; }
  .gate p { margin-top: 8px; }
  .skeleton { height: 200px; margin-top: 12px; border-radius: var(--dojo-radius-card, 8px); background: var(--dojo-sunk); animation: late .2s .2s both; }
  @keyframes late { from { opacity: 0; } }
  .scroll { overflow-x: auto; }
  .classes { width: 100%; border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums; }
  .classes :is(th, td) { height: 32px; padding: 0 8px; border-bottom: 1px solid var(--dojo-line); text-align: end; font-weight: 400; white-space: nowrap; }
  .classes th:first-child { padding-inline-start: 0; text-align: start; }
  .classes tbody th { font-weight: 500; }
  .classes thead th { color: var(--dojo-muted); font-size: 12px; }
  @container (max-width: 719px) { .columns, .columns:has([many]) { grid-template-columns: minmax(0, 1fr); } .columns section { margin-top: 20px; } }
`;

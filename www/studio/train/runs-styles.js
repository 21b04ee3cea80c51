// @ts-check
import { css } from 'lit';

export const runsStyles = css`
  :host { container-type: inline-size; position: relative; }
  .head { display: flex; align-items: center; gap: 8px; min-height: 28px; margin-bottom: 4px; }
  .note { margin-inline-start: auto; }
  .empty { padding: 12px 8px 16px; border-top: 1px solid var(--dojo-line); }
  table { width: 100%; border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums; }
  th, td { height: 34px; padding: 0 8px; border-bottom: 1px solid var(--dojo-line); text-align: end; white-space: nowrap; font-weight: 400; }
  thead :is(th, td) { color: var(--dojo-muted); font-size: 12px; font-weight: 500; }
  th:first-child { width: 100%; max-width: 0; text-align: start; }
  thead th:first-child { padding-inline-start: 8px; }
  tbody tr { cursor: pointer; }
  tbody tr:hover { background: var(--dojo-paper); }
  tbody tr.focused { background: var(--dojo-accent-soft); box-shadow: inset 2px 0 var(--dojo-accent); }
  .run { display: flex; align-items: center; gap: 8px; min-width: 0; }
  .name {
    min-width: 3em; overflow: hidden; text-overflow: ellipsis; white-space: nowrap;
    font-weight: 600; text-align: start; line-height: 28px;
  }
  .second, .short { display: none; }
  .rename { height: 26px; width: 12em; }
  .best { font-weight: 700; }
  .chip {
    flex: none; padding: 1px 8px; border-radius: 999px; background: var(--dojo-sunk);
    color: var(--dojo-muted); font-size: 12px;
  }
  .chip.from { background: var(--dojo-accent-soft); color: var(--dojo-accent); }
  .chip.bad { background: var(--dojo-bad-soft); color: var(--dojo-bad); font-weight: 600; }
  .gap { display: inline-flex; align-items: center; gap: 6px; }
  .bar { width: 36px; height: 6px; overflow: hidden; border-radius: 3px; background: var(--dojo-sunk); }
  .bar span { display: block; height: 100%; border-radius: 3px; }
  .bar.none { visibility: hidden; }
  td.menu, thead td { width: 28px; padding: 0; }
  .menu dojo-menu { opacity: 0; vertical-align: middle; }
  tr:is(:hover, :focus-within, .focused) dojo-menu { opacity: 1; }
  .toast {
    position: sticky; bottom: 8px; display: flex; justify-content: space-between; gap: 16px; width: max-content; max-width: 100%;
    margin: 8px auto 0; padding: 8px 16px; border: 1px solid var(--dojo-line); border-radius: var(--dojo-radius-card, 8px);
    background: var(--dojo-surface); box-shadow: var(--dojo-menu-shadow, 0 8px 24px #0003);
  }
  @media (pointer: coarse) { .menu dojo-menu { opacity: 1; } td.menu, thead td { width: 44px; } }

  @container (max-width: 659px) { th, td { padding: 0 6px; } }
  @container (max-width: 559px) {
    .wide, .bar, .long { display: none; }
    .short { display: inline; }
    th, td { padding: 0 6px; }
    thead :is(th, td) { height: 24px; border: 0; }
    tbody :is(th, td) { height: 51px; font-size: 15px; }
    .run { display: grid; grid-template-columns: 14px minmax(0, max-content) 1fr; column-gap: 10px; }
    .name { line-height: 20px; font-size: 14px; }
    .chip { justify-self: start; }
    [data-status='running'] .chip { display: none; }
    .second { display: block; grid-column: 2 / -1; overflow: hidden; text-overflow: ellipsis; }
    .marker { grid-row: span 2; }
    td.menu { padding: 0; }
  }
`;

// @ts-check
import { css } from 'lit';

/** uPlot's own layout, as far as it is used here. */
export const uplotStyles = css`
  .uplot { position: relative; width: min-content; }
  .u-wrap { position: relative; user-select: none; }
  .u-over, .u-under { position: absolute; }
  .uplot canvas { display: block; position: relative; width: 100%; height: 100%; }
  .u-under, .u-cursor-pt { display: none; }
  .u-over { cursor: crosshair; }
  .u-select { position: absolute; background: color-mix(in srgb, var(--dojo-accent) 12%, transparent); pointer-events: none; }
`;

export const plotStyles = css`
  :host { container-type: inline-size; min-width: 0; }
  .toolbar { display: flex; align-items: center; gap: 8px 20px; margin-bottom: 12px; }
  .toolbar .segments { flex: 0 1 auto; }
  .toolbar dojo-menu { margin-inline-start: -12px; }
  .legend { display: flex; align-items: center; gap: 6px; color: var(--dojo-muted); font-size: 13px; white-space: nowrap; }
  .legend svg { stroke: currentColor; stroke-width: 2; margin-inline-start: 4px; }
  .controls { display: flex; gap: 4px; }
  .controls.wide { margin-inline-start: auto; }
  .controls.narrow { display: none; flex-direction: column; padding: 2px; }
  .plain {
    height: var(--dojo-control-dense, 28px); max-width: 168px; padding: 0 6px; border: 0; border-radius: var(--dojo-radius, 6px);
    background: transparent; color: var(--dojo-muted); font-size: 13px; cursor: pointer;
    appearance: none; field-sizing: content;
  }
  .plain:hover { background: var(--dojo-sunk); }
  .plain option { background: var(--dojo-surface); color: var(--dojo-text); }
  .stage { position: relative; height: var(--dojo-plot-height, 362px); overflow: hidden; }
  .empty {
    position: absolute; inset: 40% 0 auto; color: var(--dojo-muted); text-align: center; pointer-events: none; z-index: 1;
  }
  .numbers { max-height: 320px; margin-top: 12px; overflow: auto; border: 1px solid var(--dojo-line); border-radius: var(--dojo-radius-card, 8px); }
  .numbers table { border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums; }
  .numbers :is(th, td) { padding: 4px 12px; border-bottom: 1px solid var(--dojo-line); text-align: end; white-space: nowrap; font-weight: 400; }
  .numbers thead th { font-weight: 600; }

  @container (max-width: 559px) {
    .toolbar { gap: 12px; }
    .toolbar .legend { margin-inline-start: auto; }
    .controls.wide { display: none; }
    .controls.narrow { display: flex; }
    .stage { height: var(--dojo-plot-height, 232px); }
  }
  @container (max-width: 339px) { .toolbar { gap: 6px; } .legend svg { width: 14px; } .legend { font-size: 12px; gap: 4px; } }
`;

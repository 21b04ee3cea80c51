// @ts-check
/** The element's looks in the page's own tree: in a layer, so that every rule of the page wins. */
import tokens from '../studio/tokens.css?inline';

const rules = `
model-dojo {
  display: block; container-type: inline-size; max-inline-size: 720px; margin-block: 16px; padding: 16px;
  border: 1px solid var(--dojo-line); border-radius: var(--dojo-radius-card);
  background: var(--dojo-surface); color: var(--dojo-text);
  --dojo-plot-height: 200px;
}
.dojo-lesson { display: grid; gap: 12px; min-inline-size: 0; font-size: 14px; line-height: 20px; }
.dojo-lesson :is(h3, p) { margin: 0; }
.dojo-lesson h3 { font-size: 16px; line-height: 24px; font-weight: 600; }
.dojo-lesson :is(header, .dojo-controls) { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 16px; }
.dojo-lesson header { justify-content: space-between; }
.dojo-lesson a { color: var(--dojo-accent); font-size: 13px; white-space: nowrap; }
.dojo-lesson button {
  min-inline-size: 112px; block-size: var(--dojo-control); padding: 0 12px; font: inherit; font-weight: 500; cursor: pointer;
  border: 1px solid var(--dojo-accent); border-radius: var(--dojo-radius); background: var(--dojo-accent); color: var(--dojo-on-accent);
}
.dojo-lesson button[data-live] { background: var(--dojo-surface); color: var(--dojo-text); border-color: var(--dojo-edge); }
.dojo-lesson fieldset { display: flex; flex-wrap: wrap; gap: 4px 12px; margin: 0; padding: 0; border: 0; min-inline-size: 0; }
.dojo-lesson legend { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); }
.dojo-lesson label { display: inline-flex; align-items: center; gap: 4px; min-block-size: var(--dojo-control-dense); cursor: pointer; }
.dojo-lesson input { margin: 0; accent-color: var(--dojo-accent); }
.dojo-lesson :is(button, a, input):focus-visible { outline: 2px solid var(--dojo-accent); outline-offset: 2px; }
.dojo-lesson output { color: var(--dojo-muted); min-block-size: 20px; font-variant-numeric: tabular-nums; }
.dojo-lesson .dojo-test { font-weight: 500; font-variant-numeric: tabular-nums; }
.dojo-lesson [role='alert'] {
  padding: 8px 12px; border-inline-start: 3px solid var(--dojo-bad); border-radius: var(--dojo-radius-small);
  background: var(--dojo-bad-soft); overflow-wrap: anywhere;
}
@container (max-width: 420px) { .dojo-lesson button { flex: 1 0 100%; } }
`;

/** Puts the rules into the document, once. The tokens are the studio's, on the element instead of the page. */
export function addStyle() {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`@layer model-dojo {\n${tokens.replaceAll(':root', 'model-dojo')}\n${rules}\n}`);
  document.adoptedStyleSheets.push(sheet);
}

/** Whether the page around an element is dark: by its color-scheme, and by the system's where it has both. @param {HTMLElement} element */
export function isDark(element) {
  const scheme = getComputedStyle(element.parentElement ?? element).colorScheme.split(' ');
  if (!scheme.includes('dark')) return false;
  return !scheme.includes('light') || matchMedia('(prefers-color-scheme: dark)').matches;
}

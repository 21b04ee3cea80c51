// @ts-check
/** As much of a browser as the page's state needs: imported before it. */
const quiet = { addEventListener() {}, matches: false };
Object.assign(globalThis, {
  location: { hash: '' },
  history: { replaceState() {} },
  document: { hidden: true, baseURI: 'http://localhost/', documentElement: { dataset: {} } },
  window: globalThis,
  matchMedia: () => quiet,
});

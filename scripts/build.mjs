// `npm run build`: the static site in dist/, for any static host.
import { run, main } from './lib.mjs';
import { forBuilding } from './setup.mjs';
import { buildVariant, VARIANTS } from './wasm.mjs';

await main(() => {
  forBuilding();
  for (const name of Object.keys(VARIANTS)) buildVariant(name);
  run('vite', ['build']);
});

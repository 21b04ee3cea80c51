// `npm run build`: the static site in dist/, for any static host.
import { run, main } from './lib.mjs';
import { forBuilding } from './setup.mjs';
import { buildVariants } from './wasm.mjs';

await main(async () => {
  await forBuilding();
  await buildVariants();
  run('vite', ['build']);
});

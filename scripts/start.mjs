// `npm start`: installs what is missing, builds the wasm packages, serves the studio.
import { main } from './lib.mjs';
import { forBuilding } from './setup.mjs';
import { buildVariants } from './wasm.mjs';

await main(async () => {
  await forBuilding();
  await buildVariants();
  const { createServer } = await import('vite');
  const server = await createServer();
  await server.listen();
  console.log('\nModel Dojo is ready:');
  server.printUrls();
});

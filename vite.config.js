import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { defineConfig, minifySync } from 'vite';
import { ISOLATION, sendFile } from './scripts/serve.mjs';

/** Folders served and copied as they are: their address in the site, and where they lie here. */
const STATIC = { pkg: 'pkg', data: 'www/data' };

/**
 * Keeps Vite's hands off what is not to be bundled: the wasm packages, which a worker imports at
 * run time, the data, the service worker (whose scope is its folder), and the embed's example pages.
 */
function staticFiles() {
  return {
    name: 'static-files',
    configureServer(server) {
      for (const [address, folder] of Object.entries(STATIC)) {
        server.middlewares.use(`/${address}`, (request, response, next) => {
          const { pathname } = new URL(request.url, 'http://localhost');
          for (const [name, value] of Object.entries(ISOLATION)) response.setHeader(name, value);
          if (!sendFile(folder, pathname, response)) next();
        });
      }
    },
    writeBundle({ dir }) {
      const copy = (from, to) => {
        cpSync(from, join(dir, to), { recursive: true, filter: (path) => !basename(path).startsWith('.') });
      };
      for (const [address, folder] of Object.entries(STATIC)) copy(folder, address);
      for (const file of readdirSync(join(dir, 'pkg'), { recursive: true, encoding: 'utf8' })) {
        if (file.endsWith('.js')) minifyFile(join(dir, 'pkg', file));
      }
      for (const page of examplePages()) copy(`www/embed/${page}`, `embed/${page}`);
      copy('www/service-worker.js', 'service-worker.js');
    },
  };
}

/** wasm-bindgen writes its glue for readers. @param {string} path */
function minifyFile(path) {
  const { code, errors } = minifySync(path, readFileSync(path, 'utf8'));
  if (errors.length) throw new Error(`${path}: ${errors[0].message}`);
  writeFileSync(path, code);
}

/** Plain pages that embed a lesson: they import ./model-dojo.js as any page of the world would. */
function examplePages() {
  return readdirSync('www/embed').filter((name) => name.endsWith('.html'));
}

export default defineConfig({
  // Relative addresses: the site works in any folder of a host, the embed from any origin.
  base: './',
  publicDir: false,
  plugins: [staticFiles()],
  worker: { format: 'es' },
  server: { headers: ISOLATION, watch: { ignored: ['**/target/**', '**/dist/**', '**/test-results/**'] } },
  build: {
    target: 'esnext',
    // Every built module lies one folder deep (assets/ or embed/), as www/engine/engine.js expects.
    rolldownOptions: {
      input: ['index.html', 'www/embed/model-dojo.js'],
      output: {
        entryFileNames: ({ name }) => (name === 'model-dojo' ? 'embed/model-dojo.js' : 'assets/[name]-[hash].js'),
      },
      preserveEntrySignatures: 'exports-only',
    },
  },
});

// What page tests share: `import { expect, test } from './fixtures.js'`.
import { join } from 'node:path';
import { expect, test as base } from '@playwright/test';
import { root } from '../../scripts/lib.mjs';
import { serve } from '../../scripts/serve.mjs';

/**
 * Serves a folder while the tests of a file run.
 * @param {string} folder
 * @param {{isolated?: boolean}} [options]
 * @returns {[any, {scope: 'worker'}]}
 */
function origin(folder, options) {
  return [
    async ({}, use) => {
      const server = await serve(join(root, folder), 0, options);
      await use(`http://localhost:${server.address().port}/`);
      server.closeAllConnections();
      server.close();
    },
    { scope: 'worker' },
  ];
}

/** @typedef {import('@playwright/test').PlaywrightTestArgs & import('@playwright/test').PlaywrightTestOptions} TestArgs */
/** @typedef {import('@playwright/test').PlaywrightWorkerArgs & import('@playwright/test').PlaywrightWorkerOptions} WorkerArgs */
/** @typedef {{isolated: string, plain: string, elsewhere: string}} Origins */

/**
 * Three origins, as addresses that end with a slash: `isolated` and `plain` serve the built site
 * with and without isolation headers, `elsewhere` is a stranger's site with one empty page, which
 * a test fills by `page.setContent`. A test fails when an error escapes in its page.
 */
/** @type {import('@playwright/test').Fixtures<{}, Origins, TestArgs, WorkerArgs>} */
const fixtures = {
  isolated: origin('dist', { isolated: true }),
  plain: origin('dist'),
  elsewhere: origin('tests/page/elsewhere'),
  page: async ({ page }, use) => {
    /** @type {Error[]} */
    const errors = [];
    page.on('pageerror', (error) => errors.push(error));
    await use(page);
    expect(errors, 'errors that escaped in the page').toEqual([]);
  },
};

export const test = base.extend(fixtures);

export { expect };

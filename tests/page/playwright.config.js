import { defineConfig } from '@playwright/test';
import { browser } from '../../scripts/setup.mjs';

export default defineConfig({
  testDir: '.',
  outputDir: '../../test-results/page',
  reporter: [['list'], ['json', { outputFile: '../../test-results/page.json' }]],
  // Training takes all cores: one page at a time, and time enough on a slow machine.
  workers: 1,
  timeout: 180_000,
  forbidOnly: Boolean(process.env.CI),
  use: {
    trace: 'retain-on-failure',
    launchOptions: {
      executablePath: browser().chrome,
      args: ['--disable-gpu', '--disable-quic', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
    },
  },
});

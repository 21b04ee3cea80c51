// The main job as a person does it: choose data, Train, look at the test part. Checked by numbers.
import { expect, test } from './fixtures.js';

/** @typedef {import('@playwright/test').Page} Page */

/** Opens the studio with one bundled data set. @param {Page} page @param {string} address @param {string} tile */
async function open(page, address, tile) {
  await page.goto(address);
  await page.getByTestId(`tile-${tile}`).click();
  await expect(page.getByTestId('fits')).toBeVisible({ timeout: 30_000 });
}

/** Trains and waits for the run's end. @param {Page} page */
async function train(page) {
  await page.getByTestId('train').click();
  await expect(page.getByTestId('run-row').last()).toHaveAttribute('data-status', /done|early/, { timeout: 120_000 });
  await expect(page.getByTestId('evaluate')).toBeEnabled();
}

/** Looks at the test part; a figure of it. @param {Page} page @param {string} key */
async function evaluate(page, key) {
  await page.getByTestId('evaluate').click();
  return Number(await page.getByTestId(`test-${key}`).textContent());
}

/** Cells of the table of runs, by the run's name. @param {Page} page */
async function runs(page) {
  const rows = await page.getByTestId('run-row').all();
  const cells = await Promise.all(rows.map((row) => row.locator('td').allTextContents()));
  const names = await Promise.all(rows.map((row) => row.locator('.name').textContent()));
  return Object.fromEntries(names.map((name, i) => [name?.trim(), cells[i].map((cell) => cell.trim())]));
}

const number = (/** @type {string} */ text) => Number(text.replaceAll(',', '').replace('−', '-'));

test('784-128-10 learns clothes in the threaded build', async ({ page, isolated }) => {
  await open(page, isolated, 'clothes');
  await expect(page.getByTestId('status-engine')).toContainText(/[2-8] threads/);
  await train(page);
  expect(await evaluate(page, 'accuracy')).toBeGreaterThanOrEqual(0.8);
});

test('784-128-10 learns clothes in the single-thread build', async ({ page, plain }) => {
  await open(page, `${plain}?sw=off`, 'clothes');
  await expect(page.getByTestId('status-engine')).toContainText('1 thread');
  await train(page);
  expect(await evaluate(page, 'accuracy')).toBeGreaterThanOrEqual(0.8);
});

test('the Embedding model learns reviews', async ({ page, isolated }) => {
  await open(page, isolated, 'reviews');
  await train(page);
  // Chance is 0.5; the same model reaches 0.775 in Keras.
  expect(await evaluate(page, 'accuracy')).toBeGreaterThanOrEqual(0.72);
});

test('the regression stops early below 3 mpg', async ({ page, isolated }) => {
  await open(page, isolated, 'mileage');
  await train(page);
  await expect(page.getByTestId('run-row')).toHaveAttribute('data-status', 'early');
  const [row] = Object.values(await runs(page));
  // Columns: parameters, best epoch, validation loss, validation mae.
  expect(number(row[0])).toBe(9 * 64 + 64 + 64 * 64 + 64 + 64 + 1);
  expect(number(row[3])).toBeLessThan(3);
  expect(await evaluate(page, 'mae')).toBeLessThan(3);
});

test('baseline, smaller and bigger are compared on one plot', async ({ page, isolated }) => {
  test.slow();
  await open(page, isolated, 'overfitting');
  await train(page);
  await page.getByTestId('variant-smaller').click();
  await expect(page.getByTestId('train')).toBeVisible({ timeout: 120_000 });
  await page.getByTestId('run-row').filter({ hasText: 'baseline' }).click();
  await page.getByTestId('variant-bigger').click();
  await expect(page.getByTestId('run-row')).toHaveCount(3);
  await expect(page.getByTestId('train')).toBeVisible({ timeout: 300_000 });
  const table = await runs(page);
  const rows = Object.values(table).sort((a, b) => number(a[0]) - number(b[0]));
  // 10000·u + u, u·u + u, u + 1 for u = 4, 16, 512.
  expect(rows.map((row) => number(row[0]))).toEqual([40_029, 160_305, 5_383_681]);
  // The bigger the network, the wider the gap between training and validation at the end.
  const gaps = rows.map((row) => number(row[4]));
  expect(gaps[0]).toBeLessThan(gaps[1]);
  expect(gaps[1]).toBeLessThan(gaps[2]);
  expect(await evaluate(page, 'accuracy')).toBeGreaterThan(0.7);
});

test('pause holds the run still, resume goes on, stop keeps what there is', async ({ page, isolated }) => {
  await open(page, isolated, 'overfitting');
  await page.getByTestId('epochs').fill('2000');
  await page.getByTestId('train').click();
  const row = page.getByTestId('run-row');
  await expect(row).toHaveAttribute('data-status', 'running');
  await page.getByTestId('pause').click();
  await expect(row).toHaveAttribute('data-status', 'paused');
  const chip = await row.textContent();
  await page.waitForTimeout(500);
  expect(await row.textContent()).toBe(chip);
  await page.getByTestId('pause').click();
  await expect(row).toHaveAttribute('data-status', 'running');
  await page.getByTestId('stop').click();
  await expect(row).toHaveAttribute('data-status', 'stopped');
});

test('a model that does not fit its data says so at its place, and the fix mends it', async ({ page, isolated }) => {
  await open(page, isolated, 'clothes');
  // Without Flatten, Dense works on each line of the image.
  await page.getByTestId('layer').first().click();
  await page.getByTestId('remove-layer').first().click();
  await expect(page.getByTestId('problem')).toContainText('(28, 10)');
  await page.getByTestId('fix').first().click();
  await expect(page.getByTestId('problem')).toHaveCount(0);
  await expect(page.getByTestId('fits')).toBeVisible();
});

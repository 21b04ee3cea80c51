// "Benchmark this device": stopped and run to its end. How fast it is decides nothing here.
import { expect, test } from './fixtures.js';

test('six networks are measured, after a stop as well', async ({ page, context, isolated }) => {
  test.slow();
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto(isolated);
  await page.getByTestId('device-link').click();
  await page.getByTestId('device-start').click();
  await expect(page.getByTestId('device-status')).toContainText('2 of 6', { timeout: 60_000 });
  await page.getByTestId('device-stop').click();
  await expect(page.getByTestId('device-status')).toContainText('Measured 1 of 6');

  await page.getByTestId('device-start').click();
  await expect(page.getByTestId('device-status')).toContainText('Measured 6 of 6', { timeout: 240_000 });
  const figures = await page.getByTestId('device-row').locator('td.here').allInnerTexts();
  expect(figures.map((text) => Number.parseFloat(text) > 0)).toEqual(Array(6).fill(true));

  await page.getByTestId('device-copy').click();
  await expect(page.getByText('Copied.')).toBeVisible();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied.split('\n').filter((line) => /^\| W\d/.test(line)).length).toBe(6);

  await page.getByTestId('device-back').click();
  await expect(page.getByTestId('tile-clothes')).toBeVisible();
});

test('the page has an address and both languages, and waits for a run to end', async ({ page, isolated }) => {
  await page.goto(`${isolated}#tab=device`);
  await expect(page.getByRole('heading', { name: 'Benchmark this device' })).toBeVisible();
  await page.getByTestId('language').click();
  await expect(page.getByRole('heading', { name: 'このデバイスの速さを測る' })).toBeVisible();
  await page.getByTestId('language').click();

  await page.getByTestId('device-back').click();
  await page.getByTestId('tile-overfitting').click();
  await page.getByTestId('epochs').fill('2000');
  await page.getByTestId('train').click();
  await page.getByTestId('status-engine').click();
  await page.getByTestId('device').click();
  await expect(page.getByText('A run is training.')).toBeVisible();
  await expect(page.getByTestId('device-start')).toHaveCount(0);
  await page.getByTestId('stop').click();
  await expect(page.getByTestId('device-start')).toBeEnabled();
});

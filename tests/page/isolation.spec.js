import { expect, test } from './fixtures.js';

const isolation = () => crossOriginIsolated;

test('headers isolate the page', async ({ page, isolated }) => {
  await page.goto(isolated);
  expect(await page.evaluate(isolation)).toBe(true);
  expect(await page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length)).toBe(0);
});

test('without headers the service worker isolates the page with one reload', async ({ page, plain }) => {
  let loads = 0;
  page.on('load', () => loads++);
  await page.goto(plain);
  await page.waitForFunction(isolation);
  expect(loads).toBe(2);
});

test('?sw=off goes without, and removes the service worker', async ({ page, plain }) => {
  await page.goto(plain);
  await page.waitForFunction(isolation);
  await page.goto(`${plain}?sw=off`);
  expect(await page.evaluate(isolation)).toBe(false);
  await page.waitForFunction(async () => (await navigator.serviceWorker.getRegistrations()).length === 0);
});

test('a page that cannot be isolated is not reloaded again and again', async ({ page, plain }) => {
  let loads = 0;
  page.on('load', () => loads++);
  // A service worker that answers, but without the headers.
  await page.context().route('**/service-worker.js*', (route) =>
    route.fulfill({ contentType: 'text/javascript', body: 'addEventListener("fetch", () => {})' }),
  );
  await page.goto(plain);
  await page.waitForTimeout(2000);
  expect(await page.evaluate(isolation)).toBe(false);
  expect(loads).toBe(2);
});

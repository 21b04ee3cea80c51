// <model-dojo> on plain pages: from the site itself, from a stranger's, in a sandboxed frame.
import { expect, test } from './fixtures.js';

/** Trains the page's lesson by its button; resolves with its events once it ended. */
async function train(place) {
  const lesson = place.locator('model-dojo');
  await expect(lesson.getByRole('button')).toBeVisible();
  return lesson.evaluate((element) => new Promise((resolve, reject) => {
    const seen = /** @type {any} */ ({ trainstart: 0, batchend: 0, epochend: [], trainend: null });
    element.ownerDocument.addEventListener('trainstart', () => { seen.trainstart += 1; });
    element.ownerDocument.addEventListener('batchend', () => { seen.batchend += 1; });
    element.ownerDocument.addEventListener('epochend', ({ detail }) => seen.epochend.push(detail));
    element.addEventListener('error', ({ detail }) => reject(new Error(`${detail.code}: ${detail.message}`)));
    element.addEventListener('trainend', ({ detail, composed }) => resolve({ ...seen, trainend: detail, composed }));
    element.querySelector('button').click();
  }));
}

test('the example page trains its lesson and runs its script without isolation', async ({ page, plain }) => {
  await page.goto(`${plain}embed/example.html`);
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
  const seen = await train(page);
  expect(seen.composed).toBe(true);
  expect(seen.trainstart).toBe(1);
  expect(seen.epochend.length).toBe(seen.trainend.epoch.length);
  expect(seen.epochend[0].epoch).toBe(0);
  expect(seen.trainend.history.loss.at(-1)).toBeLessThan(seen.trainend.history.loss[0] / 4);
  expect(seen.trainend.test.mae).toBeLessThan(5);
  await expect(page.getByTestId('test-result')).toContainText('Test: ');
  expect(await page.getByTestId('plot').locator('canvas').evaluate((/** @type {any} */ canvas) => canvas.width)).toBeGreaterThan(100);

  await page.locator('#run').click();
  await expect(page.locator('#numbers')).toHaveText('f(10) = 19.00');
});

test('a variant adds its curve, Stop ends it', async ({ page, plain }) => {
  await page.goto(`${plain}embed/example.html`);
  await train(page);
  await page.getByLabel('Bigger').check();
  await page.locator('model-dojo').evaluate((/** @type {any} */ lesson) => lesson.addEventListener('epochend', () => lesson.stop(), { once: true }));
  const seen = await train(page);
  expect(seen.trainend.stopped).toBe('user');
  await expect(page.locator('model-dojo output')).toContainText('Stopped after');
  expect(await page.locator('dojo-plot').evaluate((/** @type {any} */ plot) => plot.runs.length)).toBe(2);
  expect(await page.getByRole('link', { name: 'Open in studio' }).getAttribute('href')).toBe(`${plain}#tab=train&data=mileage`);
});

test('a stranger\'s page trains the lesson of this site, in its own language', async ({ page, plain, elsewhere }) => {
  await page.goto(`${elsewhere}tutorial.html?home=${plain}`);
  await expect(page.getByRole('button', { name: '訓練する' })).toBeVisible();
  const seen = await train(page);
  expect(seen.trainend.stopped).toBe('early_stopping');
  expect(seen.trainend.test.mae).toBeLessThan(4);
  await expect(page.getByTestId('test-result')).toContainText('テスト');
  expect(await page.evaluate(() => localStorage.length)).toBe(0);
});

test('a sandboxed frame without storage trains too', async ({ page, plain, elsewhere }) => {
  await page.goto(`${elsewhere}sandbox.html?home=${plain}`);
  const frame = page.frames()[1];
  const seen = await train(frame);
  expect(seen.trainend.test.mae).toBeLessThan(4);
});

test('a lesson with its own CSV runs by itself', async ({ page, plain, elsewhere }) => {
  await page.goto(`${elsewhere}own-data.html?home=${plain}`);
  await expect(page.getByTestId('test-result')).toContainText('Test: Loss');
  await expect(page.getByRole('heading')).toHaveText('A line');
  await expect(page.locator('model-dojo output')).toContainText('60 epochs');
});

test('a lesson that is not there says so in its place', async ({ page, plain, elsewhere }) => {
  await page.goto(`${elsewhere}tutorial.html?home=${plain}`);
  await expect(page.getByRole('button')).toBeVisible();
  await page.evaluate(() => { document.body.insertAdjacentHTML('beforeend', '<model-dojo id="broken" src="missing.json"></model-dojo>'); });
  await expect(page.locator('#broken [role=alert]')).toHaveAttribute('data-code', 'network');
});

for (const width of [320, 720]) {
  test(`the lesson fits ${width} px`, async ({ page, plain }) => {
    await page.setViewportSize({ width, height: 700 });
    await page.goto(`${plain}embed/example.html`);
    await train(page);
    const overflow = await page.locator('model-dojo').evaluate((lesson) => {
      const right = lesson.getBoundingClientRect().right;
      const parts = [...lesson.querySelectorAll('*')].filter((part) => part.getBoundingClientRect().right > right + 0.5);
      return { page: document.documentElement.scrollWidth - innerWidth, parts: parts.map((part) => part.outerHTML.slice(0, 80)) };
    });
    expect(overflow).toEqual({ page: 0, parts: [] });
    await page.locator('model-dojo').screenshot({ path: test.info().outputPath(`lesson-${width}.png`) });
  });
}

// Model files and callbacks as a person uses them: drop, look, train on, save; checkpoints kept and used again.
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { root } from '../../scripts/lib.mjs';
import { expect, test } from './fixtures.js';

/** @typedef {import('@playwright/test').Page} Page */

const mileage = join(root, 'tests/page/files/mileage.keras');
const functional = join(root, 'tests/formats/functional.keras');

/** Drops a file anywhere on the page. @param {Page} page @param {string} path */
async function drop(page, path) {
  const bytes = (await readFile(path)).toString('base64');
  const dataTransfer = await page.evaluateHandle(([base64, name]) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], name));
    return transfer;
  }, [bytes, basename(path)]);
  await page.dispatchEvent('dojo-studio', 'drop', { dataTransfer });
}

/** Opens the studio with a bundled data set. @param {Page} page @param {string} address @param {string} tile */
async function open(page, address, tile) {
  await page.goto(address);
  await page.getByTestId(`tile-${tile}`).click();
  await expect(page.getByTestId('fits')).toBeVisible({ timeout: 30_000 });
}

/** Trains one run of so many epochs to its end. @param {Page} page @param {number} epochs @param {number} rows of the table afterwards */
async function train(page, epochs, rows) {
  await page.getByTestId('epochs').fill(String(epochs));
  await page.getByTestId('train').click();
  await expect(page.getByTestId('run-row')).toHaveCount(rows);
  await expect(page.getByTestId('train')).toBeVisible({ timeout: 120_000 });
}

/** Presses a button that saves; where the file lies. @param {Page} page @param {import('@playwright/test').Locator} button */
async function save(page, button) {
  const [download] = await Promise.all([page.waitForEvent('download'), button.click()]);
  const path = test.info().outputPath(download.suggestedFilename());
  await download.saveAs(path);
  return path;
}

test('a .keras file: dropped, seen, given data, trained on, saved, and loaded again', async ({ page, isolated }) => {
  await page.goto(isolated);
  await drop(page, mileage);
  await expect(page.getByTestId('origin-facts')).toHaveText('2 layers · 89 params · Keras 3.15.1', { timeout: 30_000 });
  await expect(page.getByTestId('origin-input')).toContainText('(9)');
  await expect(page.getByTestId('layer')).toHaveCount(2);
  await expect(page.getByTestId('layer').first()).toContainText('L2 0.001');
  await expect(page.getByTestId('optimizer')).toHaveValue('RMSprop');
  await expect(page.getByTestId('learning-rate')).toHaveValue('0.002');
  await expect(page.getByTestId('loss')).toHaveValue('MeanSquaredError');
  await expect(page.getByTestId('needs-data')).toBeVisible();

  // Train without data leads to the data; the model goes along.
  await page.getByTestId('train').click();
  await page.getByTestId('tile-mileage').click();
  await expect(page.getByTestId('origin-input')).toContainText('fit', { timeout: 30_000 });
  await expect(page.getByTestId('origin-weights')).toContainText('goes on');
  await page.getByTestId('tab-train').click();
  await expect(page.getByTestId('run-row')).toHaveAttribute('data-status', 'loaded');
  await page.getByTestId('evaluate').click();
  const before = Number(await page.getByTestId('test-mae').textContent());

  await train(page, 30, 2);
  const run = page.getByTestId('run-row').and(page.locator('[data-status=done], [data-status=early]'));
  await expect(run.getByTestId('continued')).toBeVisible();
  await page.getByTestId('evaluate').click();
  expect(Number(await page.getByTestId('test-mae').textContent())).toBeLessThan(before);

  await page.getByTestId('tab-results').click();
  const saved = await save(page, page.getByTestId('save-model'));
  expect(basename(saved)).toBe('mileage-run-2.keras');
  await drop(page, saved);
  await expect(page.getByTestId('origin-facts')).toHaveText('2 layers · 89 params · Keras 3.15.1');

  await page.getByTestId('tab-results').click();
  await page.getByTestId('save-menu').getByRole('button').first().click();
  const old = await save(page, page.getByTestId('menu-h5'));
  expect(basename(old)).toBe('mileage-run-2.h5');
  await drop(page, old);
  await expect(page.getByTestId('origin-facts')).toHaveText('2 layers · 89 params · Keras 3.15.1');
});

test('changed layers start anew, and the way back is offered', async ({ page, isolated }) => {
  await open(page, isolated, 'mileage');
  await page.getByTestId('tab-model').click();
  await drop(page, mileage);
  await expect(page.getByTestId('origin-weights')).toContainText('goes on');
  await page.getByTestId('palette-layers').click();
  await page.getByTestId('palette-search').fill('dropout');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('layer')).toHaveCount(3);
  await expect(page.getByTestId('origin-weights')).toContainText('goes on');
  await page.getByTestId('layer').first().locator('.layer-title').click();
  await page.getByTestId('arg-units').fill('5');
  await page.getByTestId('arg-units').press('Enter');
  await expect(page.getByTestId('origin-weights')).toContainText('new ones');
  await page.getByTestId('origin-back').click();
  await expect(page.getByTestId('layer')).toHaveCount(2);
  await page.getByTestId('origin-drop').click();
  await expect(page.getByTestId('origin')).toHaveCount(0);
  await page.getByTestId('undo').click();
  await expect(page.getByTestId('origin')).toBeVisible();
});

test('a model that cannot be read says so, and nothing is lost', async ({ page, isolated }) => {
  await open(page, isolated, 'mileage');
  await drop(page, functional);
  await expect(page.getByTestId('load-error')).toContainText('functional.keras');
  await expect(page.getByTestId('load-error')).toContainText('Functional');
  await expect(page.getByTestId('layer')).toHaveCount(3);
  await page.getByTestId('load-error').getByRole('button').click();
  await expect(page.getByTestId('load-error')).toHaveCount(0);
});

test('a run is gone on from', async ({ page, isolated }) => {
  await open(page, isolated, 'overfitting');
  await train(page, 2, 1);
  await page.getByTestId('run-menu').locator('button').first().click();
  await page.getByTestId('menu-continue').click();
  await expect(page.getByTestId('origin')).toContainText('baseline');
  await train(page, 2, 2);
  await expect(page.getByTestId('continued')).toHaveCount(1);
});

test('an argument that the engine refuses is marked, and Train leads there', async ({ page, isolated }) => {
  await open(page, isolated, 'clothes');
  await page.getByTestId('row-callbacks').locator('summary').first().click();
  await page.getByTestId('palette-callbacks').click();
  await page.getByTestId('add-EarlyStopping').click();
  await page.getByTestId('arg-patience').fill('soon');
  await page.getByTestId('arg-patience').press('Enter');
  await expect(page.getByTestId('argument-error')).toContainText('number');
  await expect(page.getByTestId('needs-fixing')).toBeVisible();
  await page.getByTestId('arg-patience').fill('3');
  await page.getByTestId('arg-patience').press('Enter');
  await expect(page.getByTestId('needs-fixing')).toHaveCount(0);
  await page.getByTestId('remove-EarlyStopping').click();
  await expect(page.getByTestId('object-EarlyStopping')).toHaveCount(0);
});

test('ModelCheckpoint keeps each epoch; its weights are used again and saved', async ({ page, isolated }) => {
  await open(page, isolated, 'overfitting');
  await page.getByTestId('row-callbacks').locator('summary').first().click();
  await page.getByTestId('palette-callbacks').click();
  await page.getByTestId('add-ModelCheckpoint').click();
  await train(page, 3, 1);
  await expect(page.getByTestId('checkpoint')).toHaveCount(3);
  const second = page.getByTestId('checkpoint').nth(1);
  await expect(second).toContainText('Epoch 2');
  await expect(second).toContainText('val_loss');
  await second.getByTestId('restore').click();
  await expect(second.getByTestId('in-use')).toBeVisible();
  const saved = await save(page, second.getByTestId('download-file'));
  expect(basename(saved)).toBe('epoch-02.keras');
  await drop(page, saved);
  await expect(page.getByTestId('origin-weights')).toContainText('goes on');
});

test('a convolutional network is at hand for pictures', async ({ page, isolated }) => {
  await open(page, isolated, 'digits');
  await page.getByTestId('model-cnn').click();
  await expect(page.getByTestId('layer')).toHaveCount(7);
  await expect(page.getByTestId('fits')).toBeVisible();
  await train(page, 1, 1);
  await expect(page.getByTestId('run-row')).toHaveAttribute('data-status', 'done');
});

test('a model goes on in Python: the program of a run, of the draft, and for several devices', async ({ page, plain, context }) => {
  await open(page, plain, 'mileage');
  await page.getByTestId('tab-model').click();
  const draft = page.getByTestId('save-menu');
  const choose = async (/** @type {import('@playwright/test').Locator} */ menu, /** @type {string} */ item) => {
    await menu.locator('.trigger').click();
    return save(page, menu.getByTestId(`menu-${item}`));
  };
  const path = await choose(draft, 'python');
  expect(basename(path)).toBe('mileage.py');
  const program = await readFile(path, 'utf8');
  expect(program).toContain('"""Car mileage: built and trained with Keras 3');
  expect(program).toContain('table = read_csv(cars_file)');
  expect(program).toContain(`${plain}data/tables/auto-mpg.csv`);
  expect(program).toContain('    layers.Dense(64, activation="relu"),\n');
  expect(program).toContain('optimizer="rmsprop", loss="mse", metrics=["mae", "mse"]');
  expect(program).toContain('callbacks=[keras.callbacks.EarlyStopping(patience=10)]');
  expect(program).not.toContain('distribution');

  const spread = await readFile(await choose(draft, 'pythonDevices'), 'utf8');
  expect(spread).toContain('keras.distribution.set_distribution(keras.distribution.DataParallel())');
  expect(spread).toContain('validation_data=validation_data');

  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await draft.locator('.trigger').click();
  await draft.getByTestId('menu-pythonCopy').click();
  await expect(page.getByTestId('toast')).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(program);

  await page.getByTestId('tab-train').click();
  await train(page, 2, 1);
  const run = await readFile(await choose(page.getByTestId('run-menu'), 'python'), 'utf8');
  expect(run).toContain('epochs=2,');
});

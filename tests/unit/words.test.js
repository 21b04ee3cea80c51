// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { en } from '../../www/i18n/en.js';
import { ja } from '../../www/i18n/ja.js';

test('both languages have the same words', () => {
  assert.deepEqual(Object.keys(ja).sort(), Object.keys(en).sort());
});

test('both languages fill the same places', () => {
  const places = (/** @type {any} */ word) => (typeof word === 'string' ? [...new Set(word.match(/\{\w+\}/g))].sort() : null);
  for (const key of Object.keys(en)) {
    const [english, japanese] = [places(en[key]), places(ja[key])];
    if (english && japanese) assert.deepEqual(japanese, english, key);
  }
});

// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  calledClasses, cellRows, confusedPairs, confusion, errorsOf, histogram, perClass, probabilitiesOf, worstRows,
} from '../../www/studio/results/analysis.js';

test('one sigmoid output becomes two probabilities; exactly one half is not yet class 1', () => {
  const predictions = { data: [0.75, 0.5, 0.25], shape: [3, 1] };
  assert.deepEqual(probabilitiesOf(predictions, 0), [0.25, 0.75]);
  assert.deepEqual(calledClasses(predictions), [1, 0, 0]);
});

test('several outputs: the largest is called', () => {
  assert.deepEqual(calledClasses({ data: [0.1, 0.7, 0.2, 0.5, 0.2, 0.3], shape: [2, 3] }), [1, 0]);
});

// Truth 0 0 0 1 1 2, called 0 0 1 1 0 2.
const matrix = [[2, 1, 0], [1, 1, 0], [0, 0, 1]];

test('confusion counts rows by truth and columns by call', () => {
  assert.deepEqual(confusion([0, 0, 0, 1, 1, 2], [0, 0, 1, 1, 0, 2], 3), matrix);
});

test('precision, recall and f1 of each class', () => {
  const [first, second, third] = perClass(matrix);
  assert.deepEqual([first.precision, first.recall, first.support], [2 / 3, 2 / 3, 3]);
  assert.deepEqual([second.precision, second.recall, second.f1], [0.5, 0.5, 0.5]);
  assert.deepEqual([third.precision, third.recall, third.support], [1, 1, 1]);
  assert.ok(Number.isNaN(perClass([[0, 0], [0, 3]])[0].precision));
});

test('mistakes by number', () => {
  assert.deepEqual(confusedPairs([[5, 1, 4], [2, 5, 0], [0, 0, 5]], 2),
    [{ truth: 0, called: 2, count: 4 }, { truth: 1, called: 0, count: 2 }]);
});

test('a cell lists its rows, most confident first', () => {
  const predictions = { data: [0.6, 0.9, 0.8, 0.1], shape: [4, 1] };
  assert.deepEqual(cellRows([0, 0, 1, 0], calledClasses(predictions), predictions, { truth: 0, called: 1 }), [1, 0]);
});

test('errors are predicted minus true', () => {
  const { errors, mae, rmse, bias } = errorsOf([10, 20], [13, 16]);
  assert.deepEqual(errors, [3, -4]);
  assert.equal(mae, 3.5);
  assert.equal(rmse, Math.sqrt(12.5));
  assert.equal(bias, -0.5);
  assert.deepEqual(worstRows(errors), [1, 0]);
});

test('histogram: bins of round width with an edge at zero hold every value once', () => {
  const { width, start, counts } = histogram([-3, -1, 0, 0.5, 1, 6], 5);
  // A span of 9 in about 5 bins: 1.8, rounded up to 2; edges −4, −2, 0, 2, 4, 6.
  assert.deepEqual({ width, start, counts }, { width: 2, start: -4, counts: [1, 1, 3, 0, 0, 1] });
  assert.equal(histogram([7, 7]).counts.reduce((a, b) => a + b), 2);
  assert.deepEqual(histogram([]).counts, []);
});

// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bestEpoch, epochsOf, lossGap, overfitOnset } from '../../www/charts/run.js';
import { epochTicks, robustMax, roundUp, smooth, spread, steppedRange, valueTicks } from '../../www/charts/scale.js';
import { sceneOf, valueOn, valueRange } from '../../www/charts/scene.js';

/** @param {Record<string, any>} more @returns {any} */
const run = (more) => {
  const count = more.history?.loss?.length ?? 0;
  return {
    id: 'a', name: 'a', series: 1, status: 'done', epochs: count, points: [],
    epoch: Array.from({ length: count }, (_, i) => i), history: {}, penalty: [], ...more,
  };
};
/** @type {import('../../www/charts/scene.js').PenaltyMode} */
const full = 'full';
const options = { metric: 'loss', focus: 'a', penalty: full, smoothing: 0 };

test('a range keeps still while the values fit and fill it, and grows in round steps', () => {
  const first = steppedRange(0.1, 1.14, null);
  assert.deepEqual(first, [0, 1.2]);
  assert.equal(steppedRange(0.05, 1.19, first), first);
  assert.deepEqual(steppedRange(0.05, 1.21, first), [0, 1.6]);
  assert.deepEqual(steppedRange(0.01, 0.2, first), [0, 0.2]);
});

test('accuracy does not get an axis above 1, and high values do not start at 0', () => {
  const [low, high] = steppedRange(0.81, 0.992, null, 1);
  assert.ok(low > 0.5 && low <= 0.81 && high === 1);
});

test('round numbers above a value', () => {
  assert.deepEqual([0.92, 1.2, 1.21, 34, 1000].map(roundUp), [1, 1.2, 1.6, 40, 1000]);
});

test('a loss that starts at hundreds and ends near ten is cut, an even one is not', () => {
  const falling = [560, 300, ...Array(48).fill(10)];
  assert.equal(robustMax(falling), 30);
  assert.equal(robustMax(Array.from({ length: 50 }, (_, i) => i)), 49);
});

test('epoch labels are whole numbers, begin at the first epoch and fit', () => {
  assert.deepEqual(epochTicks(1, 20, 10), [1, 5, 10, 15, 20]);
  assert.deepEqual(epochTicks(0, 5, 10), [0, 1, 2, 3, 4, 5]);
  assert.ok(epochTicks(1, 1000, 8).length <= 9);
});

test('labels are pushed at least 16 px apart, in their order, inside the box', () => {
  assert.deepEqual(spread([100, 20, 104], 16, 0, 300), [100, 20, 116]);
  assert.deepEqual(spread([98, 99], 16, 0, 100), [84, 100]);
});

test('smoothing leaves a constant alone and averages with weight w', () => {
  assert.deepEqual(smooth([2, 2, 2], 0.5), [2, 2, 2]);
  // (0.5·0.5·1 + 0.5·4) / 0.75
  assert.equal(smooth([1, 4], 0.5)[1], 3);
});

test('best epoch, gap and onset of over-fitting', () => {
  const over = run({ history: { loss: [0.6, 0.4, 0.3, 0.2, 0.1], val_loss: [0.6, 0.5, 0.52, 0.6, 0.7] } });
  assert.equal(bestEpoch(over), 1);
  assert.ok(Math.abs((lossGap(over) ?? 0) - 0.6) < 1e-12);
  assert.equal(overfitOnset(over), 1);
  const fine = run({ history: { loss: [0.6, 0.4, 0.3], val_loss: [0.6, 0.5, 0.45] } });
  assert.equal(overfitOnset(fine), null);
});

test('validation_freq: shorter validation lists fall on the epochs that were validated', () => {
  const sparse = run({ fit: { validation_freq: 2 }, history: { loss: [4, 3, 2, 1], val_loss: [3, 2] } });
  assert.deepEqual(epochsOf(sparse, 'val_loss'), [1, 3]);
});

test('a diverged curve ends at its last number', () => {
  const { curves } = sceneOf([run({ status: 'diverged', history: { loss: [1, 9, NaN] } })], options);
  assert.deepEqual(curves.map(({ y, broken }) => ({ y, broken })), [{ y: [1, 9], broken: true }]);
});

test('live values show only for the epoch that is running', () => {
  const live = run({
    status: 'running', epochs: 4, history: { loss: [3, 2] },
    points: [{ t: 0.5, logs: { loss: 4 } }, { t: 2, logs: { loss: 2 } }, { t: 2.5, logs: { loss: 1.5 } }],
  });
  const scene = sceneOf([live], options);
  assert.deepEqual(scene.curves[0].x, [1, 2, 2.5]);
  assert.deepEqual(scene.x, [1, 4]);
});

test('data loss is the loss without its penalty, in validation too', () => {
  const l2 = run({ history: { loss: [1, 0.9], val_loss: [1.1, 1] }, penalty: [0.25, 0.5] });
  const { curves } = sceneOf([l2], { ...options, penalty: 'data' });
  assert.deepEqual(curves.map(({ y }) => y), [[0.75, 0.4], [0.8500000000000001, 0.5]]);
});

test('with more than six runs only focus and pinned ones keep their colour', () => {
  const many = Array.from({ length: 7 }, (_, i) => run({ id: String(i), pinned: i === 2, history: { loss: [2, 1] } }));
  const { curves } = sceneOf(many, { ...options, focus: '5' });
  assert.deepEqual(curves.filter(({ grey }) => !grey).map((curve) => curve.run.id).sort(), ['2', '5']);
});

test('values between points, and the range of what is zoomed to', () => {
  assert.equal(valueOn({ x: [1, 3], y: [2, 4] }, 2), 3);
  assert.equal(valueOn({ x: [1, 3], y: [2, 4] }, 4), null);
  const scene = sceneOf([run({ history: { loss: [5, 3, 2] } })], options);
  assert.deepEqual(valueRange(scene, [2, 3]), [2, 3]);
});

test('value labels meet both ends of a round range', () => {
  assert.deepEqual(valueTicks(0, 1.2, 9), [0, 0.2, 0.4, 0.6, 0.8, 1, 1.2]);
  assert.deepEqual(valueTicks(0, 1.2, 5), [0, 0.4, 0.8, 1.2]);
  assert.deepEqual(valueTicks(0, 2.5, 9), [0, 0.5, 1, 1.5, 2, 2.5]);
  assert.deepEqual(valueTicks(0.78, 1, 5), [0.8, 0.85, 0.9, 0.95, 1]);
});

test('the axis ends where the runs ended; a long plan is unrolled while it trains', () => {
  const history = { loss: Array(9).fill(1) };
  assert.equal(sceneOf([run({ status: 'early', epochs: 1000, history })], options).x[1], 9);
  assert.equal(sceneOf([run({ status: 'running', epochs: 1000, history })], options).x[1], 20);
  assert.equal(sceneOf([run({ status: 'running', epochs: 12, history })], options).x[1], 12);
});

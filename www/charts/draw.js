// @ts-check
/** What the run plot draws on uPlot's canvas besides the lines themselves. */
import { t } from '../i18n/index.js';
import { MARKER_PATHS } from './marker.js';
import { fade } from './palette.js';
import { isLive } from './run.js';
import { figure, spread } from './scale.js';
import { valueOn } from './scene.js';

/**
 * @typedef {import('uplot')} uPlot
 * @typedef {import('./scene.js').Scene} Scene
 * @typedef {import('./scene.js').Curve} Curve
 * @typedef {import('./palette.js').Palette} Palette
 *
 * @typedef {Object} Brush  the canvas with CSS-pixel units
 * @property {CanvasRenderingContext2D} ctx
 * @property {Palette} palette
 * @property {(x: number) => number} px  epoch → pixels from the left
 * @property {(y: number) => number} py  value → pixels from the top
 * @property {{left: number, top: number, right: number, bottom: number}} box
 */

/**
 * @param {uPlot} u
 * @param {Palette} palette
 * @param {(brush: Brush) => void} paint
 */
export function withBrush(u, palette, paint) {
  const ratio = devicePixelRatio;
  const { ctx, bbox } = u;
  ctx.save();
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  ctx.setLineDash([]);
  const left = bbox.left / ratio;
  const top = bbox.top / ratio;
  paint({
    ctx, palette,
    px: (x) => u.valToPos(x, 'x', true) / ratio,
    py: (y) => u.valToPos(y, 'y', true) / ratio,
    box: { left, top, right: left + bbox.width / ratio, bottom: top + bbox.height / ratio },
  });
  ctx.restore();
}

/** @param {Palette} palette @param {{series: number}} run @param {boolean} [grey] */
export const colorOf = (palette, run, grey = false) => (grey ? palette.edge : palette.series[run.series - 1]);

/** @param {Brush} brush @param {number} margin pixels around the plotting area */
function clip({ ctx, box }, margin) {
  ctx.beginPath();
  ctx.rect(box.left - margin, box.top - margin, box.right - box.left + 2 * margin, box.bottom - box.top + 2 * margin);
  ctx.clip();
}

/**
 * The area between two lines.
 * @param {Brush} brush
 * @param {{x: number[], y: number[]}} upper
 * @param {{x: number[], y: number[]}} lower
 * @param {string} color
 */
function area({ ctx, px, py }, upper, lower, color) {
  ctx.beginPath();
  upper.x.forEach((x, i) => ctx.lineTo(px(x), py(upper.y[i])));
  for (let i = lower.x.length - 1; i >= 0; i--) ctx.lineTo(px(lower.x[i]), py(lower.y[i]));
  ctx.closePath();
  ctx.fillStyle = color;
  ctx.fill();
}

/** Gap ribbon of the focus run and penalty areas: below the lines. @param {Brush} brush @param {Scene} scene */
export function drawAreas(brush, scene) {
  const { ctx, palette } = brush;
  ctx.save();
  clip(brush, 1);
  const train = scene.curves.find((c) => c.focus && c.split === 'train');
  const val = scene.curves.find((c) => c.focus && c.split === 'val');
  if (train && val && val.x.length > 1) {
    const to = val.x[val.x.length - 1];
    const under = train.x.map((x, i) => [x, train.y[i]]).filter(([x]) => x >= val.x[0] && x <= to);
    area(brush, val, { x: under.map(([x]) => x), y: under.map(([, y]) => y) },
      fade(colorOf(palette, val.run), palette.ribbon));
  }
  for (const { run, x, low, high } of scene.penalties) {
    area(brush, { x, y: high }, { x, y: low }, fade(colorOf(palette, run), 0.28));
  }
  ctx.restore();
}

/** Dotted line where over-fitting sets in, and where the rate changed. @param {Brush} brush @param {Scene} scene */
export function drawOnset(brush, scene) {
  const { ctx, palette, px, box } = brush;
  const run = scene.curves.find((c) => c.focus)?.run;
  if (!run) return;
  ctx.fillStyle = palette.muted;
  for (const epoch of scene.rateChanges) {
    const x = px(epoch + 1);
    ctx.beginPath();
    ctx.moveTo(x - 4, box.bottom - 6);
    ctx.lineTo(x + 4, box.bottom - 6);
    ctx.lineTo(x, box.bottom);
    ctx.fill();
  }
  if (scene.onset === null) return;
  const x = Math.round(px(scene.onset + 1)) + 0.5;
  if (x < box.left || x > box.right) return;
  ctx.strokeStyle = colorOf(palette, run);
  ctx.lineWidth = 1.5;
  ctx.setLineDash([1.5, 3]);
  ctx.beginPath();
  ctx.moveTo(x, box.top);
  ctx.lineTo(x, box.bottom);
  ctx.stroke();
  ctx.setLineDash([]);
  const label = t('plot.onset', { n: scene.onset + 1 });
  ctx.font = `600 12px ${palette.font}`;
  ctx.fillStyle = palette.text;
  const fits = x + 8 + ctx.measureText(label).width < box.right;
  ctx.textAlign = fits ? 'left' : 'right';
  ctx.textBaseline = 'middle';
  ctx.fillText(label, x + (fits ? 8 : -8), box.top + 8);
}

/**
 * @param {Brush} brush
 * @param {number} series
 * @param {number} x
 * @param {number} y
 * @param {string} color
 * @param {boolean} hollow
 */
function drawMarker({ ctx, palette }, series, x, y, color, hollow) {
  ctx.save();
  ctx.translate(x, y);
  const path = new Path2D(MARKER_PATHS[series - 1]);
  if (hollow) ctx.scale(0.8, 0.8);
  ctx.fillStyle = hollow ? palette.surface : color;
  ctx.fill(path);
  ctx.strokeStyle = color;
  ctx.lineWidth = 2;
  if (hollow) ctx.stroke(path);
  ctx.restore();
}

/** Best epochs, live ends, ▏ where a run stopped, ✕ where it diverged. @param {Brush} brush @param {Scene} scene */
export function drawMarks(brush, scene) {
  const { ctx, palette, px, py, box } = brush;
  ctx.save();
  clip(brush, 8);
  for (const curve of scene.curves) {
    if (!curve.x.length) continue;
    const color = colorOf(palette, curve.run, curve.grey);
    const best = scene.best.find((b) => b.run === curve.run);
    if (best && curve.split === 'val' && !curve.grey) {
      const value = valueOn(curve, best.epoch + 1);
      if (value !== null) drawMarker(brush, curve.run.series, px(best.epoch + 1), py(value), color, true);
    }
    const x = px(curve.x[curve.x.length - 1]);
    const y = py(curve.y[curve.y.length - 1]);
    if (isLive(curve.run)) {
      drawDot(ctx, x, y, 3.5, color);
      if (curve.split === 'val') drawRing(ctx, x, y, 7, fade(color, 0.4));
    } else if (curve.run.status === 'diverged' || curve.broken) {
      if (curve.split === 'train') drawCross(ctx, x, Math.max(y, box.top + 6), palette.bad);
    } else if (['early', 'stopped'].includes(curve.run.status)) {
      ctx.fillStyle = color;
      ctx.fillRect(x - 1, y - 6, 2, 12);
    }
  }
  ctx.restore();
}

/** @param {CanvasRenderingContext2D} ctx @param {number} x @param {number} y @param {number} r @param {string} color */
function drawDot(ctx, x, y, r, color) {
  ctx.beginPath();
  ctx.arc(x, y, r, 0, 7);
  ctx.fillStyle = color;
  ctx.fill();
}

/** @param {CanvasRenderingContext2D} ctx @param {number} x @param {number} y @param {number} r @param {string} color */
function drawRing(ctx, x, y, r, color) {
  ctx.beginPath();
  ctx.arc(x, y, r, 0, 7);
  ctx.strokeStyle = color;
  ctx.lineWidth = 1.5;
  ctx.stroke();
}

/** @param {CanvasRenderingContext2D} ctx @param {number} x @param {number} y @param {string} color */
function drawCross(ctx, x, y, color) {
  ctx.beginPath();
  for (const side of [-4, 4]) {
    ctx.moveTo(x - side, y - 4);
    ctx.lineTo(x + side, y + 4);
  }
  ctx.strokeStyle = color;
  ctx.lineWidth = 2;
  ctx.stroke();
}

/**
 * Run names: in the gutter for curves that reach it, else beside their end.
 * @param {Brush} brush
 * @param {Scene} scene
 * @param {number} gutter width in pixels
 * @param {number} end    largest x shown
 */
export function drawLabels(brush, scene, gutter, end) {
  const { ctx, palette, px, py, box } = brush;
  ctx.font = `600 12px ${palette.font}`;
  ctx.textAlign = 'left';
  ctx.textBaseline = 'middle';
  // By validation where there is one; by training where that ends with the ✕.
  const named = scene.curves.filter((curve) => !curve.grey && curve.x.length && curve.split
    === (curve.run.status !== 'diverged' && scene.curves.some((c) => c.run === curve.run && c.split === 'val' && c.x.length) ? 'val' : 'train'));
  const atEnd = named.filter((curve) => curve.x[curve.x.length - 1] >= end);
  const wanted = atEnd.map((curve) => Math.max(box.top, Math.min(py(valueOn(curve, end) ?? 0), box.bottom)));
  spread(wanted, 16, box.top, box.bottom).forEach((y, i) => {
    const color = colorOf(palette, atEnd[i].run);
    ctx.strokeStyle = color;
    ctx.lineWidth = 1.5;
    ctx.beginPath();
    ctx.moveTo(box.right + 3, wanted[i]);
    ctx.lineTo(box.right + 12, y);
    ctx.stroke();
    ctx.fillStyle = palette.text;
    ctx.fillText(fit(ctx, atEnd[i].run.name, gutter - 15), box.right + 15, y);
  });
  for (const curve of named) {
    if (atEnd.includes(curve)) continue;
    const x = px(curve.x[curve.x.length - 1]) + 12;
    ctx.fillStyle = palette.text;
    ctx.fillText(fit(ctx, curve.run.name, box.right + gutter - x), x,
      Math.max(box.top + 8, py(curve.y[curve.y.length - 1]) - 12));
  }
}

/** @param {CanvasRenderingContext2D} ctx @param {string} text @param {number} width */
function fit(ctx, text, width) {
  if (ctx.measureText(text).width <= width) return text;
  let length = text.length - 1;
  while (length > 1 && ctx.measureText(`${text.slice(0, length)}…`).width > width) length--;
  return `${text.slice(0, length)}…`;
}

/** Crosshair on a whole epoch. @param {Brush} brush @param {Scene} scene @param {number} epoch 0-based */
export function drawCursor(brush, scene, epoch) {
  const { ctx, palette, px, py, box } = brush;
  const x = Math.round(px(epoch + 1)) + 0.5;
  if (x < box.left - 1 || x > box.right + 1) return;
  ctx.strokeStyle = palette.muted;
  ctx.lineWidth = 1;
  ctx.beginPath();
  ctx.moveTo(x, box.top);
  ctx.lineTo(x, box.bottom);
  ctx.stroke();
  for (const curve of scene.curves) {
    const value = valueOn(curve, epoch + 1);
    if (value === null || py(value) < box.top) continue;
    drawDot(ctx, x, py(value), curve.focus ? 4 : 3, colorOf(palette, curve.run, curve.grey));
  }
  const focus = scene.curves.filter((curve) => curve.focus).map((curve) => valueOn(curve, epoch + 1));
  const label = [t('plot.atEpoch', { n: epoch + 1 }), ...focus.filter((v) => v !== null).map(figure)].join(' · ');
  ctx.font = `500 12px ${palette.font}`;
  ctx.textBaseline = 'middle';
  const width = ctx.measureText(label).width + 12;
  const left = Math.max(box.left, Math.min(x - width / 2, box.right - width));
  ctx.fillStyle = palette.text;
  ctx.beginPath();
  ctx.roundRect(left, box.top - 19, width, 18, 4);
  ctx.fill();
  ctx.fillStyle = palette.surface;
  ctx.textAlign = 'left';
  ctx.fillText(label, left + 6, box.top - 9.5);
}

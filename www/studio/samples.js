// @ts-check
import { dataBase } from './catalogue.js';

/** First samples of catalogue files, read before the engine is there: what the tiles show. */

/** Bytes that suffice for the first sentences of a file. */
const headBytes = 16384;

/** @param {string} file @returns {Promise<ReadableStream<Uint8Array>>} unpacked */
async function open(file) {
  const answer = await fetch(new URL(file, dataBase));
  if (!answer.ok || !answer.body) throw new Error(`${file}: ${answer.status}`);
  const body = /** @type {ReadableStream<any>} */ (answer.body);
  return file.endsWith('.gz') ? body.pipeThrough(new DecompressionStream('gzip')) : body;
}

/** The first `wanted` bytes. @param {string} file @param {number} wanted */
async function head(file, wanted) {
  const reader = (await open(file)).getReader();
  const bytes = new Uint8Array(wanted);
  let filled = 0;
  while (filled < wanted) {
    const { done, value } = await reader.read();
    if (done) break;
    bytes.set(value.subarray(0, wanted - filled), filled);
    filled += value.length;
  }
  await reader.cancel();
  return bytes.subarray(0, Math.min(filled, wanted));
}

/**
 * The first images of an IDX file (big-endian header: magic, count, height, width; then bytes).
 * @param {string} file @param {number} count
 */
export async function firstImages(file, count) {
  const bytes = await head(file, 16 + count * 28 * 28);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const [height, width] = [view.getUint32(8), view.getUint32(12)];
  const size = height * width;
  return Array.from({ length: count }, (_, i) => ({ shape: [height, width], data: bytes.subarray(16 + i * size, 16 + (i + 1) * size) }));
}

/** The first rows of a CSV file, names first. @param {string} file @param {number} count */
export async function firstRows(file, count) {
  const text = new TextDecoder().decode(await head(file, headBytes));
  const rows = [];
  for (const line of text.split(/\r?\n/).slice(0, count + 1)) {
    const cells = line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g);
    rows.push([...cells].map(([, quoted, plain]) => (quoted ?? plain ?? '').replaceAll('""', '"').replaceAll("''", '"')));
  }
  return rows;
}

/**
 * Draws a grey or RGB sample onto a canvas of the sample's own size.
 * @param {HTMLCanvasElement} canvas
 * @param {{shape: number[], data: ArrayLike<number>}} sample bytes, or floats from 0 to 1
 */
export function drawSample(canvas, { shape, data }) {
  const [height, width, channels = 1] = shape;
  canvas.width = width;
  canvas.height = height;
  const scale = data instanceof Float32Array ? 255 : 1;
  const picture = new ImageData(width, height);
  for (let i = 0; i < width * height; i += 1) {
    for (let c = 0; c < 3; c += 1) picture.data[i * 4 + c] = data[i * channels + (channels > 2 ? c : 0)] * scale;
    picture.data[i * 4 + 3] = 255;
  }
  canvas.getContext('2d')?.putImageData(picture, 0, 0);
}

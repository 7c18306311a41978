import { once } from '../../core/lazyModule';
import type { RawPicture } from '../dataset';
import { enlargeModule } from './enlargeModule';

/** The part of an enlarged picture to compute. */
export interface Enlargement {
  interpolation: 'bicubic' | 'bilinear';
  /** how many times as wide and as high the picture becomes, at least 1 */
  scale: readonly [across: number, down: number];
  /** the first column and row of the enlarged picture */
  left: number;
  top: number;
  width: number;
  height: number;
}

/** The functions of enlarge.wat. */
interface Loops {
  memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  bicubicRow(row: number, table: number, columns: number, to: number): void;
  bicubicColumns(
    ...all: [a: number, b: number, c: number, d: number, ab: number, cd: number, n: number, to: number]
  ): void;
  bilinearRow(upper: number, lower: number, table: number, columns: number, down: number, to: number): void;
}

/** The parts of WebAssembly that are used here, which the types of Node lack. */
interface WebAssemblyApi {
  Module: new (content: Uint8Array) => object;
  Instance: new (module: object) => { exports: unknown };
}

const loops = once(() => {
  const { Module, Instance } = (globalThis as unknown as { WebAssembly: WebAssemblyApi }).WebAssembly;
  return new Instance(new Module(enlargeModule)).exports as Loops;
});

/** Fixed-point weights are numbers of this. */
const ONE = 4096;
/** Positions between two pixels for which there are weights. */
const STEPS = 64;
/** Bytes that the loops may read or write after the end of a row. */
const SPARE = 16;

/**
 * Enlarge a picture as libvips does, several times faster: libvips enlarges by a general affine transform, which interpolates each pixel
 * on its own; here it is done by row and then by column. Positions and numbers are rounded where libvips rounds them, so that the
 * result is the same, bit for bit: the pixel at x comes from x / scale - 0.5.
 *
 * @param picture RGB bytes
 * @returns RGB bytes [height, width, 3]
 */
export function enlarge(picture: RawPicture, part: Enlargement): Uint8Array {
  const taps = part.interpolation === 'bicubic' ? 4 : 2;
  const [columns, rows] = axesOf(part, taps / 2);
  // the pixels that are interpolated, with those beyond the edges, which are the same as those at the edges
  const from = columns.pixels[0]! - (taps / 2 - 1);
  const width = columns.pixels[part.width - 1]! + taps / 2 - from + 1;
  const top = rows.pixels[0]! - (taps / 2 - 1);
  const height = rows.pixels[part.height - 1]! + taps / 2 - top + 1;

  const { memory } = loops();
  const rowBytes = 3 * width + SPARE;
  const result = rowBytes * height;
  const table = aligned(result + 3 * part.width * part.height + SPARE);
  const kept = table + 32 * part.width;
  const needed = kept + 4 * (6 * part.width + 2 * SPARE);
  if (memory.buffer.byteLength < needed) memory.grow(Math.ceil((needed - memory.buffer.byteLength) / 65_536));
  const bytes = new Uint8Array(memory.buffer);
  for (let y = 0; y < height; y++) copyRow(picture, { row: top + y, from, width }, bytes, rowBytes * y);
  const places = { rowBytes, result, table, kept };
  if (taps === 4) bicubic(part, columns, rows, places);
  else bilinear(part, columns, rows, places);
  return bytes.slice(result, result + 3 * part.width * part.height);
}

const aligned = (address: number) => Math.ceil(address / 16) * 16;

/** Where the pixels of an axis are in the original picture: the pixel at or before each, and the distance from it, from 0 to 1. */
interface Axis {
  pixels: Int32Array;
  distances: Float64Array;
}

/**
 * Both axes. Positions across are sums, as libvips steps from pixel to pixel; those down are products.
 *
 * @param border pixels that libvips adds before the picture, on which the rounding of sums depends
 */
function axesOf({ scale: [across, down], left, top, width, height }: Enlargement, border: number): [Axis, Axis] {
  const inverse = 1 / (across * down); // libvips inverts the matrix of both
  const start = (first: number, step: number) => step * first - 0.5 + border;
  const [stepAcross, stepDown] = [down * inverse, across * inverse];
  const columns: number[] = [];
  for (let x = 0, at = start(left, stepAcross); x < width; x++, at += stepAcross) columns.push(at);
  const rows = Array.from({ length: height }, (_, y) => start(top + y, stepDown));
  const axis = (positions: number[]): Axis => ({
    pixels: Int32Array.from(positions, (at) => Math.floor(at) - border),
    distances: Float64Array.from(positions, (at) => at - Math.floor(at)),
  });
  return [axis(columns), axis(rows)];
}

/** Copy the pixels of a row; those outside the picture are like the nearest one inside. */
function copyRow(
  { data, width, height }: RawPicture,
  part: { row: number; from: number; width: number },
  to: Uint8Array,
  place: number,
): void {
  const row = 3 * width * Math.min(height - 1, Math.max(0, part.row));
  const [first, end] = [Math.max(0, part.from), Math.min(width, part.from + part.width)];
  to.set(data.subarray(row + 3 * first, row + 3 * end), place + 3 * (first - part.from));
  const repeat = (pixel: number, start: number, stop: number) => {
    for (let x = start; x < stop; x++) {
      for (let i = 0; i < 3; i++) to[place + 3 * (x - part.from) + i] = data[row + 3 * pixel + i]!;
    }
  };
  repeat(0, part.from, first);
  repeat(width - 1, end, part.from + part.width);
}

/** Addresses in the memory of the loops; the copied pixels are at its beginning. */
interface Places {
  /** bytes of a row of the copied pixels */
  rowBytes: number;
  result: number;
  table: number;
  /** four enlarged rows */
  kept: number;
}

/** Weights of the four nearest pixels, at each step from the second to the third: [65][4] (Keys 1981, a = -0.5). */
const cubicWeights = once(() =>
  Int16Array.from({ length: 4 * (STEPS + 1) }, (_, i) => {
    const x = Math.floor(i / 4) / STEPS;
    const first = -0.5 * x * (1 - x) ** 2;
    const last = -0.5 * x ** 2 * (1 - x);
    return Math.trunc(ONE * [first, 1 - x - 2 * first + last, x - 2 * last + first, last][i % 4]!);
  }),
);

function bicubic(part: Enlargement, columns: Axis, rows: Axis, { rowBytes, result, table, kept }: Places): void {
  const { memory, bicubicRow, bicubicColumns } = loops();
  const weights = cubicWeights();
  const step = ({ distances }: Axis, i: number) => 4 * ((Math.floor(2 * STEPS * distances[i]!) + 1) >> 1);
  const words = new Int32Array(memory.buffer, table, 8 * part.width);
  const halves = new Int16Array(memory.buffer, table, 16 * part.width);
  for (let x = 0; x < part.width; x++) {
    words[8 * x] = 3 * (columns.pixels[x]! - columns.pixels[0]!);
    const at = step(columns, x);
    for (let k = 0; k < 8; k++) halves[16 * x + 8 + k] = weights[at + (k & 3)]!;
  }
  const size = 6 * part.width + 2 * SPARE;
  const known = [-1, -1, -1, -1];
  const enlargedRow = (row: number): number => {
    const place = kept + size * (row & 3);
    if (known[row & 3] !== row) bicubicRow(rowBytes * row, table, part.width, place);
    known[row & 3] = row;
    return place;
  };
  const length = 3 * part.width;
  const pair = (at: number) => (weights[at]! & 0xffff) | (weights[at + 1]! << 16);
  for (let y = 0; y < part.height; y++) {
    const row = rows.pixels[y]! - rows.pixels[0]!;
    const at = step(rows, y);
    const four = [enlargedRow(row), enlargedRow(row + 1), enlargedRow(row + 2), enlargedRow(row + 3)] as const;
    bicubicColumns(...four, pair(at), pair(at + 2), length, result + length * y);
  }
}

function bilinear(part: Enlargement, columns: Axis, rows: Axis, { rowBytes, result, table }: Places): void {
  const { memory, bilinearRow } = loops();
  const words = new Int32Array(memory.buffer, table, 2 * part.width);
  for (let x = 0; x < part.width; x++) {
    words[2 * x] = 3 * (columns.pixels[x]! - columns.pixels[0]!);
    words[2 * x + 1] = Math.floor(ONE * columns.distances[x]!);
  }
  for (let y = 0; y < part.height; y++) {
    const row = rowBytes * (rows.pixels[y]! - rows.pixels[0]!);
    const down = Math.floor(ONE * rows.distances[y]!);
    bilinearRow(row, row + rowBytes, table, part.width, down, result + 3 * part.width * y);
  }
}

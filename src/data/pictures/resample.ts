import { once } from '../../core/lazyModule';
import type { RawPicture } from '../dataset';
import type { CropBox } from './cropBox';
import { resampleModule } from './resampleModule';

/** The part of a resized picture to compute. */
export interface Resampling {
  interpolation: 'bicubic' | 'bilinear';
  /** size of the whole picture after resizing */
  resized: { width: number; height: number };
  /** the part of the resized picture */
  part: CropBox;
}

/** The functions of resample.wat. */
interface Loops {
  memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  across(row: number, table: number, weights: number, columns: number, to: number): void;
  down(rows: number, rowBytes: number, weights: number, count: number, length: number, to: number): void;
}

/** The parts of WebAssembly that are used here, which the types of Node lack. */
interface WebAssemblyApi {
  Module: new (content: Uint8Array) => object;
  Instance: new (module: object) => { exports: unknown };
}

const loops = once(() => {
  const { Module, Instance } = (globalThis as unknown as { WebAssembly: WebAssemblyApi }).WebAssembly;
  return new Instance(new Module(resampleModule)).exports as Loops;
});

/** Fixed-point weights are numbers of this. */
const ONE = 2 ** 22;
/** Bytes that the loops may read or write after the end of a row. */
const SPARE = 8;

/**
 * Resize a picture exactly as Pillow does, and so torchvision and timm, with which most published weights were trained: each pixel is
 * the mean of all pixels that it covers, weighted by the interpolation's kernel, which is widened when the picture becomes smaller
 * (anti-aliasing). Columns are computed first and rounded to bytes, then rows; Pillow 13 sometimes begins with the rows, which changes
 * some pixels by one level of 255.
 *
 * sharp cannot do this: libvips enlarges with the pixels' corners in place, not their centres, half a pixel away.
 *
 * @param picture RGB bytes
 * @returns RGB bytes [part.height, part.width, 3]
 */
export function resample(picture: RawPicture, { interpolation, resized, part }: Resampling): Uint8Array {
  const columns = axisOf(interpolation, picture.width, resized.width, part.left, part.width);
  const rows = axisOf(interpolation, picture.height, resized.height, part.top, part.height);
  const length = 3 * part.width;
  const narrow = (rows.end - rows.begin) * length; // bytes of the rows that are needed, once their columns are computed

  const { memory, across, down } = loops();
  const row = narrow + SPARE;
  const result = row + 3 * (columns.end - columns.begin) + SPARE;
  const table = aligned(result + length * part.height + SPARE);
  const weights = [table + columns.table.byteLength, 0];
  weights[1] = weights[0]! + columns.weights.byteLength;
  const needed = weights[1] + rows.weights.byteLength;
  if (memory.buffer.byteLength < needed) memory.grow(Math.ceil((needed - memory.buffer.byteLength) / 65_536));
  const bytes = new Uint8Array(memory.buffer);
  bytes.set(bytesOf(columns.table), table);
  bytes.set(bytesOf(columns.weights), weights[0]!);
  bytes.set(bytesOf(rows.weights), weights[1]);

  for (let y = rows.begin; y < rows.end; y++) {
    const start = 3 * picture.width * y;
    bytes.set(picture.data.subarray(start + 3 * columns.begin, start + 3 * columns.end), row);
    across(row, table, weights[0]!, part.width, length * (y - rows.begin));
  }
  for (let y = 0, at = weights[1]; y < part.height; y++) {
    const [offset, count] = [rows.table[2 * y]! / 3, rows.table[2 * y + 1]!];
    down(length * offset, length, at, count, length, result + length * y);
    at += 4 * count;
  }
  return bytes.slice(result, result + length * part.height);
}

const aligned = (address: number) => Math.ceil(address / 16) * 16;

const bytesOf = ({ buffer, byteOffset, byteLength }: Int32Array) => new Uint8Array(buffer, byteOffset, byteLength);

/** How the pixels of a row or column of the result are computed. */
interface Axis {
  /** the pixels of the original that are used, from `begin` to before `end` */
  begin: number;
  end: number;
  /** for each pixel of the result where its first pixel is, in bytes after `begin`, and how many there are */
  table: Int32Array;
  /** their weights, one pixel after the other */
  weights: Int32Array;
}

/** The kernels and how many pixels they reach: a triangle, and cubic convolution with a = -0.5 (Keys 1981). */
const kernels = {
  bilinear: { reach: 1, weight: (x: number) => Math.max(0, 1 - Math.abs(x)) },
  bicubic: {
    reach: 2,
    weight: (x: number) => {
      const d = Math.abs(x);
      if (d < 1) return (1.5 * d - 2.5) * d * d + 1;
      return d < 2 ? (((d - 5) * d + 8) * d - 4) * -0.5 : 0;
    },
  },
};

/**
 * @param from number of pixels in the original
 * @param to number of pixels in the whole result
 */
function axisOf(
  interpolation: Resampling['interpolation'],
  from: number,
  to: number,
  start: number,
  count: number,
): Axis {
  const { reach, weight } = kernels[interpolation];
  const scale = from / to;
  const width = Math.max(1, scale);
  const support = reach * width;
  const table = new Int32Array(2 * count);
  const weights = new Int32Array(count * (2 * Math.ceil(support) + 1));
  const exact = new Float64Array(2 * Math.ceil(support) + 1);
  let used = 0;
  let begin = from;
  let end = 0;
  for (let i = 0; i < count; i++) {
    const center = (start + i + 0.5) * scale;
    const first = Math.max(0, Math.trunc(center - support + 0.5));
    const last = Math.min(from, Math.trunc(center + support + 0.5));
    let sum = 0;
    for (let k = first; k < last; k++) {
      exact[k - first] = weight((k - center + 0.5) * (1 / width));
      sum += exact[k - first]!;
    }
    table[2 * i] = first;
    table[2 * i + 1] = last - first;
    for (let k = 0; k < last - first; k++) {
      const value = exact[k]!;
      weights[used++] = Math.trunc((value / sum) * ONE + (value < 0 ? -0.5 : 0.5));
    }
    begin = Math.min(begin, first);
    end = Math.max(end, last);
  }
  for (let i = 0; i < count; i++) table[2 * i] = 3 * (table[2 * i]! - begin);
  return { begin, end, table, weights: weights.subarray(0, used) };
}

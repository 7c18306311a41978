import { UserError } from '../../core/errors';
import { readHalf } from '../../core/half';
import type { DeepFormat } from './deepFormat';
import { MOST_BANDS, type SampleKind } from './reading';

/** NumPy's letters of number formats: kind and bytes. */
const KINDS: Record<string, SampleKind> = {
  ...{ u1: 'uint8', u2: 'uint16', u4: 'uint32', i1: 'int8', i2: 'int16', i4: 'int32' },
  ...{ f2: 'float16', f4: 'float32', f8: 'float64' },
};

/** Whether a file is an array of NumPy (`numpy.save`), by its first bytes. */
export const isNpy = (start: Uint8Array): boolean =>
  start[0] === 0x93 && String.fromCharCode(...start.subarray(1, 6)) === 'NUMPY';

/**
 * Read the header of an array of NumPy, format 1 to 3: a picture of shape [height, width], [height, width, bands] or, as rasterio and
 * PyTorch have it, [bands, height, width]. Of three sides the bands are the last one, or the first if that is the smallest.
 *
 * @param content the file
 * @throws {UserError} on other shapes, number formats that are no samples, and files that end too soon
 */
export function npyFormat(content: Buffer): DeepFormat {
  const wide = content[6]! > 1; // later versions have a header of up to 4 GB
  const start = wide ? 12 : 10;
  if (content.length < start) throw new UserError('damaged: the file ends too soon');
  const length = wide ? content.readUInt32LE(8) : content.readUInt16LE(8);
  const header = content.toString('latin1', start, start + length);
  const order = /'descr':\s*'([<>|=])([uif]\d)'/.exec(header);
  const kind = order ? KINDS[order[2]!] : undefined;
  const shapeText = /'shape':\s*\(([\d,\s]*)\)/.exec(header)?.[1];
  if (!kind || shapeText === undefined) {
    throw new UserError(
      'a NumPy array of other values than numbers of 8 to 64 bits: save one with dtype uint8 or float32',
    );
  }
  const shape = shapeText
    .split(',')
    .map((side) => side.trim())
    .filter(Boolean)
    .map(Number);
  if (shape.length !== 2 && shape.length !== 3) {
    throw new UserError(`a NumPy array of shape (${shape.join(', ')}), expected one picture: (height, width, bands)`);
  }
  const bandsFirst = shape.length === 3 && shape[0]! < shape[2]! && shape[0]! <= shape[1]!;
  const [bands = 1, height = 0, width = 0] = bandsFirst ? shape : [shape[2] ?? 1, shape[0]!, shape[1]!];
  if (bands < 1 || bands > MOST_BANDS) {
    throw new UserError(`a NumPy array of ${bands} bands, expected 1 to ${MOST_BANDS}: (height, width, bands)`);
  }
  const bytes = Number(order![2]![1]);
  const count = bands * height * width;
  const data = content.subarray(start + length);
  if (data.length < count * bytes) throw new UserError('damaged: the file ends too soon');
  const fortran = /'fortran_order':\s*True/.test(header);
  const sides = bandsFirst ? [bands, height, width] : [height, width, bands];
  const steps = stepsOf(sides, fortran);
  const [bandStep, rowStep, columnStep] = bandsFirst ? steps : [steps[2]!, steps[0]!, steps[1]!];
  const value = readerOf(data, order![2]!, order![1] === '>');
  return {
    ...{ format: 'npy', kind, bands, width, height, alpha: false, plain: true, orientation: 1, inverted: false },
    read: async (chosen) =>
      chosen.map((band) => {
        const samples = new Float64Array(height * width);
        for (let y = 0; y < height; y++) {
          for (let x = 0; x < width; x++) {
            samples[y * width + x] = value(band * bandStep! + y * rowStep! + x * columnStep!);
          }
        }
        return samples;
      }),
  };
}

/** How many elements lie between neighbours of each side. */
function stepsOf(sides: readonly number[], fortran: boolean): number[] {
  const inner = (side: number) => (fortran ? sides.slice(0, side) : sides.slice(side + 1));
  return sides.map((_, side) => inner(side).reduce((product, length) => product * length, 1));
}

/** Reads the element of a number. */
function readerOf(data: Buffer, type: string, bigEndian: boolean): (element: number) => number {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const little = !bigEndian;
  const readers: Record<string, (element: number) => number> = {
    u1: (i) => view.getUint8(i),
    i1: (i) => view.getInt8(i),
    u2: (i) => view.getUint16(2 * i, little),
    i2: (i) => view.getInt16(2 * i, little),
    u4: (i) => view.getUint32(4 * i, little),
    i4: (i) => view.getInt32(4 * i, little),
    f2: (i) => readHalf(view.getUint16(2 * i, little)),
    f4: (i) => view.getFloat32(4 * i, little),
    f8: (i) => view.getFloat64(8 * i, little),
  };
  return readers[type]!;
}

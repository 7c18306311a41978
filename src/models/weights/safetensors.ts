import { readFileSync } from 'node:fs';
import { shown, UserError } from '../../core/errors';
import { writeFileAtomically } from '../../core/files';
import { parseJson } from '../../core/readBounded';

/** A dense float32 array, row-major. */
export interface NamedArray {
  shape: number[];
  data: Float32Array;
}

/** Bytes of the header; the format allows 100 MB, the largest backbone has a tenth of one. */
const LARGEST_HEADER = 2 ** 25;
const MOST_DIMENSIONS = 8;

interface Header {
  [name: string]: { dtype: string; shape: number[]; data_offsets: [number, number] };
}

/**
 * Read a `.safetensors` file of float32 arrays: 8 bytes with the header's length, a JSON header, the data.
 *
 * @param limit all arrays together may have so many bytes
 * @returns the arrays in the header's order and the file's own notes (`__metadata__`)
 * @throws {UserError} that names the first thing that does not fit: nothing is read past the file or into a wrong shape
 */
export function readSafetensors(
  file: string,
  limit = Number.POSITIVE_INFINITY,
): { arrays: Map<string, NamedArray>; notes: Record<string, string> } {
  return parseSafetensors(readFileSync(file), file, limit);
}

/** As {@link readSafetensors}, of bytes that are in memory; the arrays may be views of them. */
export function parseSafetensors(
  bytes: Buffer,
  file: string,
  limit = Number.POSITIVE_INFINITY,
): { arrays: Map<string, NamedArray>; notes: Record<string, string> } {
  const wrong = (what: string) => new UserError(`${file} is no readable safetensors file: ${what}`);
  const headerLength = bytes.length >= 8 ? Number(bytes.readBigUInt64LE(0)) : Number.NaN;
  if (!(headerLength <= Math.min(LARGEST_HEADER, bytes.length - 8))) throw wrong('it ends within its header');
  const header = parseJson(bytes.subarray(8, 8 + headerLength).toString('utf8'), `the header of ${file}`);
  if (typeof header !== 'object' || header === null) throw wrong('its header is no table');
  const { __metadata__: notes = {}, ...entries } = header as Header & { __metadata__?: Record<string, string> };
  const body = bytes.subarray(8 + headerLength);
  const arrays = new Map<string, NamedArray>();
  let left = limit;
  for (const [name, entry] of Object.entries(entries)) {
    const { dtype, shape, data_offsets: offsets } = entry ?? {};
    if (dtype !== 'F32') throw wrong(`${shown(name)} is of type ${shown(dtype)}; only F32 is read`);
    const isSide = (side: unknown) => Number.isSafeInteger(side) && Number(side) >= 0;
    if (!Array.isArray(shape) || shape.length > MOST_DIMENSIONS || !shape.every(isSide)) {
      throw wrong(`${shown(name)} has the shape ${shown(shape)}`);
    }
    const [from, to] = Array.isArray(offsets) ? offsets : [Number.NaN, Number.NaN];
    const length = 4 * shape.reduce((product, side) => product * side, 1);
    if (!(isSide(from) && to <= body.length && to - from === length)) {
      throw wrong(
        `${shown(name)} of shape [${shape}] should have ${length} bytes, at ${shown(from)} to ${shown(to)} of ${body.length}`,
      );
    }
    left -= length; // several may name the same bytes
    if (left < 0) throw wrong(`it holds more than ${limit} bytes`);
    arrays.set(name, { shape, data: floatsOf(body.subarray(from, to)) });
  }
  return { arrays, notes };
}

/** A view where the bytes lie as a Float32Array needs them, which our own files see to; else a copy. */
function floatsOf(bytes: Buffer): Float32Array {
  if (bytes.byteOffset % 4 === 0) return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  return new Float32Array(new Uint8Array(bytes).buffer);
}

/** Write float32 arrays as a `.safetensors` file, beside and then renamed. */
export function writeSafetensors(
  file: string,
  arrays: ReadonlyMap<string, NamedArray>,
  notes: Record<string, string> = {},
): void {
  const header: Record<string, unknown> = { __metadata__: notes };
  let offset = 0;
  for (const [name, { shape, data }] of arrays) {
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  const text = JSON.stringify(header);
  const json = Buffer.from(text + ' '.repeat((8 - (Buffer.byteLength(text) % 8)) % 8)); // data starts at a multiple of 8
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  const data = [...arrays.values()].map((array) =>
    Buffer.from(array.data.buffer, array.data.byteOffset, array.data.byteLength),
  );
  writeFileAtomically(file, Buffer.concat([length, json, ...data]));
}

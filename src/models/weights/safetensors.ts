import { shown, UserError } from '../../core/errors';
import { writeFileAtomically } from '../../core/files';
import { parseJson, readBounded } from '../../core/readBounded';
import { readBfloat16, readHalf } from './half';

/** A dense float32 array, row-major. */
export interface NamedArray {
  shape: number[];
  data: Float32Array;
}

/** Bytes of a file that is read whole: more does not fit into one buffer. */
const LARGEST_FILE = 2 ** 32 - 1;
/** Bytes of the header; the format allows 100 MB, the largest backbone has a tenth of one. */
const LARGEST_HEADER = 2 ** 25;
const MOST_DIMENSIONS = 8;

interface Header {
  [name: string]: { dtype: string; shape: number[]; data_offsets: [number, number] };
}

/** The types of numbers that are read: bytes each, and how bytes become float32. */
const TYPES: Record<string, { size: number; read: (bytes: Buffer) => Float32Array }> = {
  F32: { size: 4, read: floatsOf },
  F16: { size: 2, read: (bytes) => Float32Array.from(new Uint16Array(copyOf(bytes)), readHalf) },
  BF16: { size: 2, read: (bytes) => Float32Array.from(new Uint16Array(copyOf(bytes)), readBfloat16) },
  F64: { size: 8, read: (bytes) => new Float32Array(new Float64Array(copyOf(bytes))) },
  I64: { size: 8, read: (bytes) => Float32Array.from(new BigInt64Array(copyOf(bytes)) as never, Number) },
  I32: { size: 4, read: (bytes) => new Float32Array(new Int32Array(copyOf(bytes))) },
};

/**
 * Read a `.safetensors` file: 8 bytes with the header's length, a JSON header, the data. Numbers of 16 and 64 bits and whole
 * numbers (F16, BF16, F64, I64, I32) become float32.
 *
 * @param limit bytes that all arrays together may have, as float32
 * @returns the arrays in the header's order and the file's own notes (`__metadata__`)
 * @throws {UserError} that names the first thing that does not fit: nothing is read past the file or into a wrong shape, and
 *   every byte of the data belongs to exactly one array, as the format demands
 *
 * @example
 * readSafetensors('weights.safetensors').arrays.get('logits/kernel'); // { shape: [1280, 5], data: Float32Array }
 */
export function readSafetensors(
  file: string,
  limit = Number.POSITIVE_INFINITY,
): { arrays: Map<string, NamedArray>; notes: Record<string, string> } {
  return parseSafetensors(readBounded(file, { largest: LARGEST_FILE }), file, limit);
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
  if (typeof header !== 'object' || header === null || Array.isArray(header)) throw wrong('its header is no table');
  const { __metadata__: notes = {}, ...entries } = header as Header & { __metadata__?: Record<string, string> };
  if (typeof notes !== 'object' || notes === null || Object.values(notes).some((note) => typeof note !== 'string')) {
    throw wrong(`its __metadata__ is ${shown(notes)}, expected texts by name`);
  }
  const body = bytes.subarray(8 + headerLength);
  const places = Object.entries(entries).map(([name, entry]) => placeOf(name, entry, body.length, wrong));
  checkCoverage(places, body.length, wrong);
  if (places.reduce((sum, { count }) => sum + 4 * count, 0) > limit) throw wrong(`it holds more than ${limit} bytes`);
  const arrays = places.map(({ name, dtype, shape, from, to }): [string, NamedArray] => [
    name,
    { shape, data: TYPES[dtype]!.read(body.subarray(from, to)) },
  ]);
  return { arrays: new Map(arrays), notes };
}

/** Where an array lies in the data, in bytes, and how many numbers it has. */
interface Place {
  name: string;
  dtype: string;
  shape: number[];
  count: number;
  from: number;
  to: number;
}

function placeOf(
  name: string,
  entry: Header[string] | undefined,
  length: number,
  wrong: (what: string) => UserError,
): Place {
  const { dtype, shape, data_offsets: offsets } = entry ?? ({} as Partial<Header[string]>);
  const type = typeof dtype === 'string' && Object.hasOwn(TYPES, dtype) ? TYPES[dtype] : undefined;
  if (!type) {
    throw wrong(`${shown(name)} is of type ${shown(dtype)}; ${Object.keys(TYPES).join(', ')} are read`);
  }
  const isSide = (side: unknown) => Number.isSafeInteger(side) && Number(side) >= 0;
  if (!Array.isArray(shape) || shape.length > MOST_DIMENSIONS || !shape.every(isSide)) {
    throw wrong(`${shown(name)} has the shape ${shown(shape)}`);
  }
  const [from, to] = Array.isArray(offsets) ? offsets : [Number.NaN, Number.NaN];
  const count = shape.reduce((product, side) => product * side, 1);
  if (!(isSide(from) && to <= length && to - from === type.size * count)) {
    throw wrong(
      `${shown(name)} of shape [${shape}] should have ${type.size * count} bytes, at ${shown(from)} to ${shown(to)} of ${length}`,
    );
  }
  return { name, dtype: dtype!, shape, count, from, to };
}

/** No byte may belong to two arrays, or to none: what hides in gaps is not looked at by anybody. */
function checkCoverage(places: readonly Place[], length: number, wrong: (what: string) => UserError): void {
  let end = 0;
  for (const { name, from, to } of [...places].sort((a, b) => a.from - b.from || a.to - b.to)) {
    if (from < end) throw wrong(`${shown(name)} starts at byte ${from} of the data, within another array`);
    if (from > end) throw wrong(`bytes ${end} to ${from} of its data belong to no array`);
    end = to;
  }
  if (end < length) throw wrong(`bytes ${end} to ${length} of its data belong to no array`);
}

/** A view where the bytes lie as a Float32Array needs them, which our own files see to; else a copy. */
function floatsOf(bytes: Buffer): Float32Array {
  if (bytes.byteOffset % 4 === 0) return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  return new Float32Array(copyOf(bytes));
}

/** Bytes of their own, from an address that numbers of any size may have. */
const copyOf = (bytes: Buffer): ArrayBuffer => new Uint8Array(bytes).buffer;

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

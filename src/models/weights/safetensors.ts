import { closeSync, readSync } from 'node:fs';
import { elements } from '../../core/elements';
import { shown, UserError } from '../../core/errors';
import { writeFileAtomically } from '../../core/files';
import { readBfloat16, readHalf } from '../../core/half';
import { openBounded, parseJson, readBounded } from '../../core/readBounded';

/** A float32 array of any number of dimensions, as in a weights file. */
export interface NamedArray {
  /** Length of each dimension; empty for a single number. */
  shape: number[];
  /** The numbers in row-major order. */
  data: Float32Array;
}

/** Largest file in bytes: it is read into one buffer. */
const LARGEST_FILE = 2 ** 32 - 1;
/** Largest header in bytes: the format allows 100 MB, the largest backbone has 0.1 MB. */
const LARGEST_HEADER = 2 ** 25;
const MOST_DIMENSIONS = 8;

interface Header {
  [name: string]: { dtype: string; shape: number[]; data_offsets: [number, number] };
}

/** Number types that can be read: size in bytes, and conversion to float32. */
const TYPES: Record<string, { size: number; read: (bytes: Buffer) => Float32Array }> = {
  F32: { size: 4, read: floatsOf },
  F16: { size: 2, read: (bytes) => Float32Array.from(new Uint16Array(copyOf(bytes)), readHalf) },
  BF16: { size: 2, read: (bytes) => Float32Array.from(new Uint16Array(copyOf(bytes)), readBfloat16) },
  F64: { size: 8, read: (bytes) => new Float32Array(new Float64Array(copyOf(bytes))) },
  I64: { size: 8, read: (bytes) => Float32Array.from(new BigInt64Array(copyOf(bytes)) as never, Number) },
  U64: { size: 8, read: (bytes) => Float32Array.from(new BigUint64Array(copyOf(bytes)) as never, Number) },
  I32: { size: 4, read: (bytes) => new Float32Array(new Int32Array(copyOf(bytes))) },
  U32: { size: 4, read: (bytes) => new Float32Array(new Uint32Array(copyOf(bytes))) },
  I16: { size: 2, read: (bytes) => new Float32Array(new Int16Array(copyOf(bytes))) },
  U16: { size: 2, read: (bytes) => new Float32Array(new Uint16Array(copyOf(bytes))) },
  I8: { size: 1, read: (bytes) => new Float32Array(new Int8Array(copyOf(bytes))) },
  U8: { size: 1, read: (bytes) => new Float32Array(bytes) },
  BOOL: { size: 1, read: (bytes) => new Float32Array(bytes) },
};

/**
 * Read a `.safetensors` file. Numbers of all types but those of 8-bit floating point become float32.
 *
 * @param file path
 * @param limit largest size of all arrays together, as float32, in bytes. Default: no limit
 * @returns the arrays in the order of the header, and the metadata of the file (`__metadata__`)
 * @throws {UserError} that names the first thing that is wrong with the file, such as an array that does not fit its shape or
 *   bytes that belong to no array or to two
 *
 * @example
 * ```ts
 * import { models } from 'tunebook';
 *
 * models.writeSafetensors('a.safetensors', new Map([['logits/bias', { shape: [2], data: new Float32Array([1, 2]) }]]));
 * models.readSafetensors('a.safetensors').arrays.get('logits/bias')?.shape; // => [ 2 ]
 * ```
 */
export function readSafetensors(
  file: string,
  limit = Number.POSITIVE_INFINITY,
): { arrays: Map<string, NamedArray>; notes: Record<string, string> } {
  return parseSafetensors(readBounded(file, { largest: LARGEST_FILE }), file, limit);
}

/** As {@link readSafetensors}, for bytes in memory; the arrays may be views of them. */
export function parseSafetensors(
  bytes: Buffer,
  file: string,
  limit = Number.POSITIVE_INFINITY,
): { arrays: Map<string, NamedArray>; notes: Record<string, string> } {
  const wrong = (what: string) => unreadable(file, what);
  const { header, length: headerLength } = headerOf(file, bytes.length, (from, to) => bytes.subarray(from, to));
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

/**
 * The metadata of a `.safetensors` file, without its arrays.
 *
 * @throws {UserError} if it is no such file
 */
export function readSafetensorsNotes(file: string): Record<string, unknown> {
  const { descriptor, bytes } = openBounded(file, { largest: LARGEST_FILE });
  const read = (from: number, to: number) => {
    const part = Buffer.alloc(to - from);
    return part.subarray(0, readSync(descriptor, part, 0, part.length, from));
  };
  try {
    const { header } = headerOf(file, bytes, read);
    return { ...(header as { __metadata__?: object } | null)?.__metadata__ };
  } finally {
    closeSync(descriptor);
  }
}

const unreadable = (file: string, what: string) => new UserError(`${file} is no readable safetensors file: ${what}`);

/**
 * The header of a file, after the 8 bytes with its length.
 *
 * @param bytes of the whole file
 * @param read gives the bytes between two positions
 */
function headerOf(
  file: string,
  bytes: number,
  read: (from: number, to: number) => Buffer,
): { header: unknown; length: number } {
  const length = bytes >= 8 ? Number(read(0, 8).readBigUInt64LE(0)) : Number.NaN;
  if (!(length <= Math.min(LARGEST_HEADER, bytes - 8))) throw unreadable(file, 'it ends within its header');
  return { header: parseJson(read(8, 8 + length).toString('utf8'), `the header of ${file}`), length };
}

/** The position of an array in the data, in bytes, and its number of elements. */
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
  const count = elements(shape);
  if (!(isSide(from) && to <= length && to - from === type.size * count)) {
    throw wrong(
      `${shown(name)} of shape [${shape}] should have ${type.size * count} bytes, at ${shown(from)} to ${shown(to)} of ${length}`,
    );
  }
  return { name, dtype: dtype!, shape, count, from, to };
}

/** Each byte belongs to exactly one array, as the format demands: content in gaps would go unseen. */
function checkCoverage(places: readonly Place[], length: number, wrong: (what: string) => UserError): void {
  let end = 0;
  for (const { name, from, to } of [...places].sort((a, b) => a.from - b.from || a.to - b.to)) {
    if (from < end) throw wrong(`${shown(name)} starts at byte ${from} of the data, within another array`);
    if (from > end) throw wrong(`bytes ${end} to ${from} of its data belong to no array`);
    end = to;
  }
  if (end < length) throw wrong(`bytes ${end} to ${length} of its data belong to no array`);
}

/** A view where the bytes are aligned to 4, as in files that `writeSafetensors` wrote; else a copy. */
function floatsOf(bytes: Buffer): Float32Array {
  if (bytes.byteOffset % 4 === 0) return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  return new Float32Array(copyOf(bytes));
}

/** A copy of the bytes, which is aligned for numbers of any size. */
const copyOf = (bytes: Buffer): ArrayBuffer => new Uint8Array(bytes).buffer;

/**
 * Write float32 arrays as a `.safetensors` file. An existing file is replaced when the new one is complete.
 *
 * @param file path
 * @param arrays by name
 * @param notes metadata of the file (`__metadata__`). Default: none
 *
 * @example
 * ```ts
 * import { models } from 'tunebook';
 *
 * const arrays = new Map([['logits/bias', { shape: [3], data: new Float32Array(3) }]]);
 * models.writeSafetensors('head.safetensors', arrays, { classes: 'bicycle, cat, tree' });
 * ```
 */
export function writeSafetensors(
  file: string,
  arrays: ReadonlyMap<string, NamedArray>,
  notes: Record<string, string> = {},
): void {
  const header: Record<string, unknown> = { __metadata__: notes };
  let offset = 0;
  for (const [name, { shape }] of arrays) {
    const length = 4 * elements(shape);
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + length] };
    offset += length;
  }
  const text = JSON.stringify(header);
  const json = Buffer.from(text + ' '.repeat((8 - (Buffer.byteLength(text) % 8)) % 8)); // data starts at a multiple of 8
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  writeFileAtomically(file, contentOf([length, json], arrays));
}

/** The parts of a file, one array after the other: `data` may be computed when it is asked for. */
function* contentOf(start: Buffer[], arrays: ReadonlyMap<string, NamedArray>): Generator<Uint8Array> {
  yield* start;
  for (const [name, { shape, data }] of arrays) {
    if (data.length !== elements(shape)) throw new Error(`${name} has ${data.length} numbers for shape [${shape}]`);
    yield new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  }
}

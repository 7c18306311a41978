import { shown, UserError } from '../../core/errors';
import { readBfloat16, readHalf } from './half';
import { PersistentId, PickleCall, PickleGlobal, type PickleValue, readPickle } from './pickle';
import type { NamedArray } from './safetensors';
import { LARGEST_FILE } from './savedWeights';
import { isZip, ZipArchive } from './zip';

const REBUILD_TENSOR = 'torch._utils._rebuild_tensor_v2';
const LEGACY_MAGIC = '6cfc9c46f9206aa85019'; // 0x1950a86a20f9469cfc6c, little-endian: the first pickle of every legacy file

/** Bytes an element, by the name of torch's storage class. */
const STORAGES: Record<string, { bytes: number; read: (data: Buffer, offset: number) => number }> = {
  'torch.FloatStorage': { bytes: 4, read: (data, offset) => data.readFloatLE(offset) },
  'torch.DoubleStorage': { bytes: 8, read: (data, offset) => data.readDoubleLE(offset) },
  'torch.LongStorage': { bytes: 8, read: (data, offset) => Number(data.readBigInt64LE(offset)) },
  'torch.IntStorage': { bytes: 4, read: (data, offset) => data.readInt32LE(offset) },
  'torch.HalfStorage': { bytes: 2, read: (data, offset) => readHalf(data.readUInt16LE(offset)) },
  'torch.BFloat16Storage': { bytes: 2, read: (data, offset) => readBfloat16(data.readUInt16LE(offset)) },
};

const ALLOWED = new Set([REBUILD_TENSOR, 'collections.OrderedDict', ...Object.keys(STORAGES)]);

/** A table of names and shapes; bytes. */
const LARGEST_PICKLE = 64 * 2 ** 20;

interface StoredData {
  type: string;
  count: number;
  data: Buffer;
}

/** A tensor as the pickle describes it: a strided view of a storage, in elements. */
interface StridedView {
  storage: string;
  offset: number;
  shape: number[];
  strides: number[];
}

export const isLegacyTorchFile = (bytes: Buffer): boolean =>
  bytes.length >= 15 && bytes.subarray(4, 14).toString('hex') === LEGACY_MAGIC;

/** Read the tensors of a torch file of either kind; see {@link readLegacyTorchFile} and {@link readZippedTorchFile}. */
export function readTorchFile(bytes: Buffer, source: string, limit = LARGEST_FILE): Map<string, NamedArray> {
  return isZip(bytes) ? readZippedTorchFile(new ZipArchive(bytes, source), limit) : readLegacyTorchFile(bytes, limit);
}

/**
 * Read the tensors of a torch file of 2020 and later (`torch.save` since 1.6): a zip archive with one pickle and each
 * storage as a file of raw little-endian data. The pickle is not run.
 *
 * @param limit all arrays together may have so many bytes
 */
export function readZippedTorchFile(archive: ZipArchive, limit = LARGEST_FILE): Map<string, NamedArray> {
  const pickle = archive.names.find((name) => name.endsWith('/data.pkl'));
  if (!pickle) throw new UserError('the archive has no data.pkl: it is no torch file');
  const folder = pickle.slice(0, -'data.pkl'.length);
  if (archive.names.includes(`${folder}byteorder`) && archive.read(`${folder}byteorder`, 16).toString() !== 'little') {
    throw new UserError('the torch file was written by a machine of the other byte order');
  }
  const { value } = readPickle(archive.read(pickle, LARGEST_PICKLE), 0, ALLOWED);
  const storages = new Map<string, StoredData>();
  const views = asViews(value, storages);
  checkSize(views, storages, limit);
  for (const [key, { type, count }] of storages) {
    if (archive.sizeOf(`${folder}data/${key}`) !== count * STORAGES[type]!.bytes) {
      throw new UserError(`the torch file's data '${key}' should have ${count} elements`);
    }
  }
  for (const [key, storage] of storages) {
    storage.data = archive.read(`${folder}data/${key}`, storage.count * STORAGES[storage.type]!.bytes);
  }
  return gatherAll(views, storages);
}

/**
 * Read the tensors of a legacy torch file (`torch.save` before 1.6: three pickles, then the state dictionary, the keys of
 * its storages, and each storage as a count and raw little-endian data). No pickle is run.
 *
 * @returns name to array, in the file's order; shapes as torch has them, e.g. convolutions [out, in, height, width]
 * @throws {UserError} on any other kind of file, a damaged one, or one that asks for a class
 */
export function readLegacyTorchFile(bytes: Buffer, limit = LARGEST_FILE): Map<string, NamedArray> {
  if (!isLegacyTorchFile(bytes)) {
    throw new UserError('not a legacy torch file: its first bytes are not the magic number of torch.save');
  }
  let position = 0;
  const next = (): PickleValue => {
    const { value, end } = readPickle(bytes, position, ALLOWED);
    position = end;
    return value;
  };
  next(); // magic number
  next(); // protocol version
  next(); // sizes and byte order of the machine that wrote the file; torch writes little-endian data everywhere we know
  const state = next();
  const keys = next();
  if (!Array.isArray(keys)) throw new UserError('the torch file holds no state dictionary (a table of named tensors)');
  const storages = new Map<string, StoredData>();
  const views = asViews(state, storages);
  checkSize(views, storages, limit);
  for (const key of keys) {
    const storage = typeof key === 'string' ? storages.get(key) : undefined;
    if (!storage) throw new UserError(`the torch file keeps data ${shown(key)} that no tensor uses`);
    position = readStorage(bytes, position, key as string, storage);
  }
  return gatherAll(views, storages);
}

/** The tensors of a state dictionary, also where a checkpoint keeps it beside an optimizer's state. */
function asViews(value: PickleValue, storages: Map<string, StoredData>): Map<string, StridedView> {
  const nested = value instanceof Map ? (value.get('state_dict') ?? value.get('model')) : undefined;
  const state = nested instanceof Map ? nested : value;
  if (!(state instanceof Map)) {
    throw new UserError('the torch file holds no state dictionary (a table of named tensors)');
  }
  const views = new Map<string, StridedView>();
  for (const [name, tensor] of state) {
    if (typeof name !== 'string') throw new UserError('the torch file holds no state dictionary: a tensor has no name');
    views.set(name, asView(name, tensor, storages));
  }
  return views;
}

/** Before anything is unpacked: tensors may share one storage, and storages may hold more than their tensors show. */
function checkSize(
  views: ReadonlyMap<string, StridedView>,
  storages: ReadonlyMap<string, StoredData>,
  limit: number,
): void {
  let [tensors, stored] = [0, 0];
  for (const { shape } of views.values()) tensors += 4 * shape.reduce((product, side) => product * side, 1);
  for (const { type, count } of storages.values()) stored += count * STORAGES[type]!.bytes;
  // numbers of 64 bits become ones of 32
  if (!(tensors <= limit && stored <= 2 * limit)) {
    throw new UserError(
      `the torch file's tensors have ${tensors} bytes, and their data ${stored}: more than the ${limit} that can be right`,
    );
  }
}

function gatherAll(
  views: ReadonlyMap<string, StridedView>,
  storages: ReadonlyMap<string, StoredData>,
): Map<string, NamedArray> {
  return new Map([...views].map(([name, view]) => [name, gather(name, view, storages.get(view.storage)!)]));
}

function asView(name: string, value: PickleValue, storages: Map<string, StoredData>): StridedView {
  const damaged = (what: string) => new UserError(`the torch file's tensor '${name}' has no readable ${what}`);
  if (!(value instanceof PickleCall) || value.callee !== REBUILD_TENSOR) throw damaged('tensor');
  const [persistent, offset, shape, strides] = value.args;
  if (!(persistent instanceof PersistentId) || !Array.isArray(persistent.id)) throw damaged('storage');
  const [, type, key, , count] = persistent.id; // ('storage', class, key, device, count, view)
  const isKey = typeof key === 'string' || typeof key === 'number';
  if (!(type instanceof PickleGlobal) || !STORAGES[type.name] || !isCount(count) || !isKey) throw damaged('storage');
  const counts = (list: PickleValue | undefined): list is number[] => Array.isArray(list) && list.every(isCount);
  const known = storages.get(String(key));
  if (known && (known.type !== type.name || known.count !== count)) throw damaged('storage: it is described twice');
  if (!isCount(offset) || !counts(shape) || !counts(strides) || shape.length !== strides.length) throw damaged('shape');
  storages.set(String(key), { type: type.name, count, data: Buffer.alloc(0) });
  return { storage: String(key), offset, shape, strides };
}

const isCount = (value: PickleValue | undefined): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

/** Take one storage's data and say where it ended. */
function readStorage(bytes: Buffer, position: number, key: string, storage: StoredData): number {
  const start = position + 8;
  const end = start + storage.count * STORAGES[storage.type]!.bytes;
  if (end > bytes.length || Number(bytes.readBigInt64LE(position)) !== storage.count) {
    throw new UserError(`the torch file ends too soon: data '${key}' should have ${storage.count} elements`);
  }
  storage.data = bytes.subarray(start, end);
  return end;
}

/** Copy a strided view into a dense array, row-major. */
function gather(name: string, view: StridedView, storage: StoredData): NamedArray {
  const { shape, strides } = view;
  const size = shape.reduce((product, side) => product * side, 1);
  const last = shape.reduce((sum, side, axis) => sum + Math.max(side - 1, 0) * strides[axis]!, view.offset);
  if (size > storage.count || (size > 0 && last >= storage.count)) {
    throw new UserError(
      `the torch file's tensor '${name}' of shape [${shape}] reaches past its ${storage.count} elements`,
    );
  }
  const { bytes, read } = STORAGES[storage.type]!;
  const data = new Float32Array(size);
  const index = new Array<number>(shape.length).fill(0);
  let element = view.offset;
  for (let i = 0; i < size; i++) {
    data[i] = read(storage.data, element * bytes);
    // Step the index like an odometer; strides say how far each wheel moves in the storage.
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      element += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      element -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return { shape, data };
}

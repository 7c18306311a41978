import { elements } from '../../core/elements';
import { shown, UserError } from '../../core/errors';
import { type PickleValue, readPickle } from './pickle';
import type { NamedArray } from './safetensors';
import { LARGEST_FILE } from './savedWeights';
import { findStateDictionary } from './stateDictionary';
import { asView, gather, STORAGES, type StoredData, type StridedView, storagesOf, TENSOR_NAMES } from './torchTensor';
import { isZip, ZipArchive } from './zip';

const LEGACY_MAGIC = '6cfc9c46f9206aa85019'; // 0x1950a86a20f9469cfc6c, little-endian: the first pickle of every legacy file

/**
 * Objects of checkpoints beside their tensors, which are read over: settings, paths, numbers of NumPy, states of callbacks; and classes of
 * whole models, of which only tensors are taken.
 */
const IGNORED =
  /^(argparse\.Namespace|(collections|pathlib|datetime|omegaconf|lightning|pytorch_lightning|lightning_fabric|accelerate|timm|torch|torchvision|torchxrayvision|torchgeo|numpy)(\.\w+)+|_codecs\.encode|copyreg\._reconstructor|(builtins|__builtin__)\.(set|frozenset|int|float|complex|str|bool|bytes|bytearray|list|dict|tuple|slice|range|object))$/;

/** A table of names and shapes; bytes. */
const LARGEST_PICKLE = 64 * 2 ** 20;

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
  const { value } = readPickle(archive.read(pickle, LARGEST_PICKLE), 0, TENSOR_NAMES, IGNORED);
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
    const { value, end } = readPickle(bytes, position, TENSOR_NAMES, IGNORED);
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
  const types = storagesOf(state);
  for (const key of keys) {
    const type = typeof key === 'string' ? types.get(key) : undefined;
    if (!type) throw new UserError(`the torch file keeps data ${shown(key)} that no tensor uses`);
    const storage = storages.get(key as string) ?? { ...type, data: Buffer.alloc(0) }; // an optimizer's, for instance
    position = readStorage(bytes, position, key as string, storage);
  }
  return gatherAll(views, storages);
}

function asViews(value: PickleValue, storages: Map<string, StoredData>): Map<string, StridedView> {
  const views = new Map<string, StridedView>();
  for (const [name, tensor] of findStateDictionary(value)) views.set(name, asView(name, tensor, storages));
  return views;
}

/** Before anything is unpacked: tensors may share one storage, and storages may hold more than their tensors show. */
function checkSize(
  views: ReadonlyMap<string, StridedView>,
  storages: ReadonlyMap<string, StoredData>,
  limit: number,
): void {
  let [tensors, stored] = [0, 0];
  for (const { shape } of views.values()) tensors += 4 * elements(shape);
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

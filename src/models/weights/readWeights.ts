import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UserError } from '../../core/errors';
import { readBounded } from '../../core/readBounded';
import { isHdf5, readHdf5 } from './hdf5';
import { type NamedArray, parseSafetensors } from './safetensors';
import { LARGEST_FILE, mostUnpacked, type SavedWeights } from './savedWeights';
import { isShardIndex, readShards } from './shards';
import { readTfjsModel } from './tfjsModel';
import { isLegacyTorchFile, readTorchFile, readZippedTorchFile } from './torchFile';
import { isZip, ZipArchive } from './zip';

const KERAS_MEMBER = 'model.weights.h5';

/**
 * Read a weights file. Its format is recognized by its content, not by its name.
 *
 * Formats: Keras (legacy `.h5`, `.weights.h5`, `.keras`), PyTorch (`.pth`, zipped or legacy), `.safetensors`, and TensorFlow.js
 * layers models (`model.json`, or its folder); several files of PyTorch with the index (`model.safetensors.index.json`) that names them.
 *
 * @param file path
 * @param limit largest size of all arrays together, as float32, in bytes. Default: 2 GB. A file that claims more, or far more than
 *   its own size allows, is refused before it is unpacked
 * @throws {UserError} that names the file and the first thing that is wrong with it
 *
 * @example
 * ```ts
 * import { models } from 'tunebook';
 *
 * const saved = await models.readWeights('model');
 * saved.kind; // => 'named'
 * ```
 */
export async function readWeights(file: string, limit?: number): Promise<SavedWeights> {
  if (!existsSync(file)) throw new UserError(`there is no file of weights ${file}`);
  if (statSync(file).isDirectory()) {
    const model = join(file, 'model.json');
    if (!existsSync(model)) throw new UserError(`${file} is a folder without a model.json; name a file of weights`);
    return { kind: 'named', arrays: readTfjsModel(model, limit) };
  }
  const content = readBounded(file, { largest: LARGEST_FILE });
  const most = limit ?? LARGEST_FILE;
  if (isShardIndex(content)) return { kind: 'torch', arrays: readShards(file, content, most, readShard) };
  return readContent(file, content, Math.min(most, mostUnpacked(content.length)));
}

/** One of several files of PyTorch. */
function readShard(file: string, limit: number): Map<string, NamedArray> {
  const content = readBounded(file, { largest: LARGEST_FILE, root: dirname(file) });
  const most = Math.min(limit, mostUnpacked(content.length));
  if (!isZip(content) && !isLegacyTorchFile(content)) return parseSafetensors(content, file, most).arrays;
  return within(file, () => readTorchFile(content, file, most));
}

async function readContent(file: string, content: Buffer, limit: number): Promise<SavedWeights> {
  if (isHdf5(content)) return readHdf5(file, file, { limit });
  if (isZip(content)) {
    const archive = new ZipArchive(content, file);
    if (archive.names.includes(KERAS_MEMBER)) {
      // an HDF5 file has a header and some kilobytes a layer beside its arrays
      return readHdf5(archive.read(KERAS_MEMBER, 2 * limit), `${KERAS_MEMBER} in ${file}`, { limit });
    }
    return { kind: 'torch', arrays: within(file, () => readZippedTorchFile(archive, limit)) };
  }
  if (isLegacyTorchFile(content))
    return { kind: 'torch', arrays: within(file, () => readTorchFile(content, file, limit)) };
  if (content[0] === 0x7b) return { kind: 'named', arrays: readTfjsModel(file, limit) }; // '{': JSON
  if (content[8] === 0x7b) {
    const { arrays } = parseSafetensors(content, file, limit);
    // PyTorch's libraries name tensors 'layer1.0.conv1.weight', this package 'layer/weight'
    const isOwn = arrays.size === 0 || [...arrays.keys()].some((name) => name.includes('/'));
    return { kind: isOwn ? 'named' : 'torch', arrays };
  }
  throw new UserError(
    `${file} is in no known format: expected Keras (.h5, .weights.h5, .keras), torch (.pth), .safetensors or a TensorFlow.js model.json`,
  );
}

/** Add the name of the file to error messages that lack it. */
function within<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof UserError && !error.message.includes(file)) throw new UserError(`${file}: ${error.message}`);
    throw error;
  }
}

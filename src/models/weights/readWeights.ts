import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../core/errors';
import { isHdf5, readHdf5 } from './hdf5';
import { readSafetensors } from './safetensors';
import { LARGEST_FILE, type SavedWeights } from './savedWeights';
import { readTfjsModel } from './tfjsModel';
import { isLegacyTorchFile, readTorchFile, readZippedTorchFile } from './torchFile';
import { isZip, ZipArchive } from './zip';

const KERAS_MEMBER = 'model.weights.h5';

/**
 * Read a file of weights; what it is shows its content, not its name.
 *
 * Known are Keras's legacy `.h5`, `.weights.h5` and `.keras`, torch's `.pth` (both kinds), `.safetensors`, and a
 * TensorFlow.js layers model (`model.json`, or the folder it lies in).
 *
 * @param limit all arrays together may have so many bytes: what says it holds more is refused before it is unpacked
 * @throws {UserError} that names the file and the first thing that is wrong with it
 */
export async function readWeights(file: string, limit = LARGEST_FILE): Promise<SavedWeights> {
  if (!existsSync(file)) throw new UserError(`there is no file of weights ${file}`);
  if (statSync(file).isDirectory()) {
    const model = join(file, 'model.json');
    if (!existsSync(model)) throw new UserError(`${file} is a folder without a model.json; name a file of weights`);
    return { kind: 'named', arrays: readTfjsModel(model, limit) };
  }
  const { size } = statSync(file);
  if (size > LARGEST_FILE) throw new UserError(`${file} has ${size} bytes; at most ${LARGEST_FILE} are read`);
  const content = readFileSync(file);
  if (isHdf5(content)) return readHdf5(content, file, { limit });
  if (isZip(content)) {
    const archive = new ZipArchive(content, file);
    if (archive.names.includes(KERAS_MEMBER)) {
      // an HDF5 file has a header and some kilobytes a layer beside its arrays
      return readHdf5(Buffer.from(archive.read(KERAS_MEMBER, 2 * limit)), `${KERAS_MEMBER} in ${file}`, { limit });
    }
    return { kind: 'torch', arrays: within(file, () => readZippedTorchFile(archive, limit)) };
  }
  if (isLegacyTorchFile(content))
    return { kind: 'torch', arrays: within(file, () => readTorchFile(content, file, limit)) };
  if (content[0] === 0x7b) return { kind: 'named', arrays: readTfjsModel(file, limit) }; // '{': JSON
  if (content[8] === 0x7b) return { kind: 'named', arrays: readSafetensors(file, limit).arrays };
  throw new UserError(
    `${file} is in no known format: expected Keras (.h5, .weights.h5, .keras), torch (.pth), .safetensors or a TensorFlow.js model.json`,
  );
}

/** Put the file's name before errors that do not know it. */
function within<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof UserError && !error.message.includes(file)) throw new UserError(`${file}: ${error.message}`);
    throw error;
  }
}

import { shown, UserError } from '../../core/errors';
import type { NamedArray } from './safetensors';
import { readTfjsFile } from './tfjsFile';

/**
 * Read the weights of a TensorFlow.js layers model; see {@link readTfjsFile} for what is checked.
 *
 * @returns arrays by 'layer/weight'
 * @throws {UserError} that names the first thing that does not fit
 */
export function readTfjsModel(file: string, limit?: number): Map<string, NamedArray> {
  const arrays = new Map<string, NamedArray>();
  for (const [name, array] of readTfjsFile(file, limit).weights) {
    const key = name.split('/').slice(-2).join('/'); // Keras's converter puts the model's name before
    if (arrays.has(key)) throw new UserError(`${file} has two weights ${shown(key)}, in different parts of the model`);
    arrays.set(key, array);
  }
  return arrays;
}

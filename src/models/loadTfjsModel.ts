import { messageOf, shown, UserError } from '../core/errors';
import { tf, withWeightLimit } from '../tensorflow';
import './layers'; // registers the classes that TensorFlow.js has not
import { checkModelSize } from './modelSize';
import type { NamedArray } from './weights/safetensors';
import { readTfjsFile } from './weights/tfjsFile';
import { checkTopology } from './weights/tfjsTopology';

export interface LoadTfjsOptions {
  /** bytes that all weights together may have; default 2 GB */
  limit?: number;
}

/**
 * Load a TensorFlow.js layers model from a source that need not be trusted. All code here loads a model.json this way.
 *
 * Its files stay in its folder, and have the sizes that it declares (see `readTfjsFile`); its layers are of classes known here
 * (`checkTopology`), make no more weights than the file has (`withWeightLimit`), and fit into memory when they compute.
 * How it was trained, which the file may also say, is not read.
 *
 * @param file the `model.json`
 * @throws {UserError} in one line that names the file and what was refused
 *
 * @example
 * const model = await loadTfjsModel('runs/first/model/model.json');
 */
export async function loadTfjsModel(file: string, { limit }: LoadTfjsOptions = {}): Promise<tf.LayersModel> {
  const { topology, weights } = readTfjsFile(file, limit);
  try {
    const modelTopology = checkTopology(topology);
    let numbers = 0;
    for (const array of weights.values()) numbers += array.data.length;
    return await withWeightLimit(numbers, async () => {
      const model = await tf.loadLayersModel({ load: async () => ({ modelTopology }) });
      setWeights(model, weights);
      checkModelSize(model);
      return model;
    });
  } catch (error) {
    const reason = messageOf(error).split('\n')[0]!;
    throw new UserError(
      `${file} is no readable TensorFlow.js model: ${reason.length > 300 ? shown(reason, 300) : reason}`,
    );
  }
}

function setWeights(model: tf.LayersModel, weights: ReadonlyMap<string, NamedArray>): void {
  const tensors: tf.NamedTensorMap = {};
  try {
    for (const [name, { data, shape }] of weights) tensors[name] = tf.tensor(data, shape, 'float32');
    model.loadWeights(tensors);
  } finally {
    tf.dispose(tensors);
  }
}

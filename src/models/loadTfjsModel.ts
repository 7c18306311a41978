import { messageOf, shown, UserError } from '../core/errors';
import { tf, withWeightLimit } from '../tensorflow';
import './layers'; // registers the classes that TensorFlow.js has not
import { multiplyAdds } from './multiplyAdds';
import { readTfjsFile } from './weights/tfjsFile';
import { checkTopology } from './weights/tfjsTopology';

/** Numbers in the output of one layer for one picture: 1 GB. */
const LARGEST_OUTPUT = 2 ** 28;
/** For one picture; EfficientNet-B7 takes 37e9, and twenty times that at the side of 2,700 pixels. */
const MOST_MULTIPLY_ADDS = 1e12;

export interface LoadTfjsOptions {
  /** bytes that all weights together may have; default 2 GB */
  limit?: number;
}

/**
 * Load a TensorFlow.js layers model, which may be a stranger's: the one way from a model.json to a model.
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
  const { topology, weights, data } = readTfjsFile(file, limit);
  let model: tf.LayersModel | undefined;
  try {
    const artifacts = {
      modelTopology: checkTopology(topology),
      weightSpecs: [...weights].map(([name, { shape }]) => ({ name, shape, dtype: 'float32' as const })),
      weightData: data,
    };
    const numbers = data.reduce((sum, { byteLength }) => sum + byteLength / 4, 0);
    model = await withWeightLimit(numbers, () => tf.loadLayersModel({ load: async () => artifacts }));
    checkSize(model);
    return model;
  } catch (error) {
    model?.dispose();
    const reason = messageOf(error).split('\n')[0]!;
    throw new UserError(
      `${file} is no readable TensorFlow.js model: ${reason.length > 300 ? shown(reason, 300) : reason}`,
    );
  }
}

function checkSize(model: tf.LayersModel): void {
  let count = multiplyAdds(model);
  for (const layer of model.layers) {
    const { name, outputShape } = layer;
    const { poolSize = [] } = layer as { poolSize?: number[] };
    const shapes = (Array.isArray(outputShape[0]) ? outputShape : [outputShape]) as tf.Shape[];
    for (const shape of shapes) {
      const size = shape.slice(1).reduce<number>((product, side) => product * (side ?? 1), 1);
      if (!(size <= LARGEST_OUTPUT)) {
        throw new UserError(`layer ${shown(name)} gives [${shape.slice(1)}] for a picture: more than fits into memory`);
      }
      if (poolSize.length > 0) count += poolSize.reduce((product, side) => product * side, size);
    }
  }
  if (count > MOST_MULTIPLY_ADDS) {
    throw new UserError(`it takes ${count.toExponential(1)} multiply-adds for a picture, expected at most 1e12`);
  }
}

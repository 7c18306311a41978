import { Random } from '../../src/core/random';
import { backboneEntry, buildArchitecture } from '../../src/models';
import { type NamedLayer, writeKerasH5 } from '../../src/models/weights/kerasH5';
import { weightsOf } from '../../src/models/weights/slots';

/** Random weights for every layer of a backbone, in the form of Keras's legacy file. */
export function randomLayers(name: string, includeTop: boolean): NamedLayer[] {
  const { model } = buildArchitecture(backboneEntry(name).name, { includeTop });
  const random = new Random(7);
  const layers = weightsOf(model).map((weights) => ({
    name: weights[0]!.layer,
    weights: weights.map(({ name: weight, shape }) => ({
      name: `${weight}:0`,
      shape,
      data: Float32Array.from(
        { length: shape.reduce((product, side) => product * side, 1) },
        () => random.uniform() / 10,
      ),
    })),
  }));
  model.dispose();
  return layers;
}

/** Write such a file in the form in which Keras publishes it. */
export async function writeRandomWeights(file: string, name: string, includeTop: boolean): Promise<void> {
  await writeKerasH5(file, randomLayers(name, includeTop));
}

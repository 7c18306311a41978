import type { PictureInputs } from '../features/pictureInputs';
import { openRun } from './openRun';
import { openBackbone, type Predictions, type PredictOptions } from './pictureModel';

/** Where predictions come from: a run's model, or a backbone with its own ImageNet classifier. */
export type Predictor = { run: string } | { backbone: string };

/**
 * The probabilities of each picture, from a model that is loaded for them alone: `openRun(folder)` loads it once for many calls.
 *
 * What is black and white in pictures that do not have 8 bits a sample is as it was in training, unless told.
 *
 * @param options `range`, `bands` and `fit`, as for `openDataset`
 * @returns pictures that cannot be read are listed, not fatal
 * @throws {UserError} on an unknown backbone, or a run that cannot be read or was made over other weights
 */
export async function predict(
  predictor: Predictor,
  pictures: PictureInputs,
  options?: PredictOptions,
): Promise<Predictions> {
  const model = await ('backbone' in predictor ? openBackbone(predictor.backbone) : openRun(predictor.run));
  try {
    return await model.predict(pictures, options);
  } finally {
    model.dispose();
  }
}

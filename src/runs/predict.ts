import type { PictureInputs } from '../features/pictureInputs';
import type { BackboneSource } from '../models';
import { openRun } from './openRun';
import { openBackbone, type Predictions, type PredictOptions } from './pictureModel';

/** The model to predict with: that of a run folder, or a backbone with its ImageNet classifier. */
export type Predictor =
  | {
      /** the run folder */
      run: string;
    }
  | {
      /** the backbone: its name, `hf://OWNER/MODEL`, or `{ architecture, weights }` with ImageNet's classifier */
      backbone: BackboneSource;
    };

/**
 * Compute the probability of each class for each picture, with a model that is loaded for this call only. For many calls,
 * load it once with `openRun`.
 *
 * @param predictor `{ run: FOLDER }` for a saved run, or `{ backbone: NAME }` for a backbone with its ImageNet classifier
 * @param pictures one or a list of: paths, `file:` URLs, Buffers, Blobs; or a tensor of values from 0 to 255,
 *   [height, width, 3] or [batch, height, width, 3]
 * @param options `range` and `bands` are as for `openDataset`, `fit` as for `train`. Default: as in training
 * @returns the predictions; pictures that cannot be read are listed in `skipped` and are not an error
 * @throws {UserError} if the backbone is unknown, the run cannot be read, or its backbone's weights differ from those in the cache
 *
 * @example
 * ```ts
 * import { predict } from 'tunebook';
 * const { predictions, skipped } = await predict({ run: 'runs/first' }, ['photo.jpg', 'missing.jpg']);
 * predictions.length; // => 1
 * skipped.map(({ file }) => file); // => [ 'missing.jpg' ]
 * ```
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

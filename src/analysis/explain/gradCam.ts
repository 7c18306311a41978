import { UserError } from '../../core/errors';
import { withDefaults } from '../../core/options';
import { tf } from '../../tensorflow';
import { argMax, cutClassifier, type Explained, probabilitiesOf, scoreOf } from './classifier';

/** Where in a picture something speaks for a class. */
export interface Heatmap {
  /** from 0 to 1 where 1 is the strongest, row by row; all 0 if nothing speaks for the class // [height x width] */
  values: Float32Array;
  height: number;
  width: number;
  /** index of the class that is explained */
  class: number;
  /** its probability */
  probability: number;
}

export interface GradCamOptions {
  /** class index to explain, one for all pictures or one each; the predicted one unless told */
  classes?: number | readonly number[];
  /** layer whose feature maps are weighed; the last ones unless told */
  layer?: string;
}

/** Pictures at a time: their feature maps and gradients are held at once. */
const BATCH = 8;

/**
 * Grad-CAM (Selvaraju et al. 2017): the last feature maps, each weighted with the mean gradient of the class's logit, summed,
 * and what is above 0 kept. For every backbone, and through backbone and head also where the head was trained over
 * cached features.
 *
 * @param explained the result of `train`, or `{ backbone }` with its ImageNet classifier
 * @param pictures decoded at the backbone's input size, as `decodePicture` gives them // [size, size, 3] bytes
 * @returns one map a picture, as large as the feature maps, for 224 pixels mostly 7 x 7
 * @throws {UserError} if there is no such layer or class, a picture has another size, or the backbone has no classifier
 */
export function gradCam(explained: Explained, pictures: readonly Uint8Array[], options?: GradCamOptions): Heatmap[] {
  const { classes, layer } = withDefaults<GradCamOptions>('gradCam', options, { classes: undefined, layer: undefined });
  if (!Array.isArray(pictures))
    throw new UserError('gradCam: expected an array of pictures; put a single one in brackets');
  if (Array.isArray(classes) && classes.length !== pictures.length) {
    throw new UserError(
      `gradCam: got ${classes.length} classes for ${pictures.length} pictures; give one class for all of them, or one each`,
    );
  }
  const cut = cutClassifier(explained, layer);
  const found: Heatmap[] = [];
  for (let start = 0; start < pictures.length; start += BATCH) {
    const batch = pictures.slice(start, start + BATCH);
    const wanted = Array.isArray(classes) ? classes.slice(start, start + BATCH) : classes;
    tf.tidy(() => {
      const maps = cut.below(batch); // [batch, height, width, channels]
      const probabilities = probabilitiesOf(cut.above(maps));
      const chosen = checkClasses(wanted, probabilities);
      const gradient = tf.grad((x: tf.Tensor) => scoreOf(cut.above(x as tf.Tensor4D), chosen))(maps);
      const weights = gradient.mean([1, 2], true); // [batch, 1, 1, channels]
      const heat = maps.mul(weights).sum(-1).relu() as tf.Tensor3D;
      const [, height, width] = heat.shape;
      const highest = heat.max([1, 2], true);
      const values = heat.div(highest.maximum(1e-12)).dataSync() as Float32Array;
      chosen.forEach((c, i) => {
        const own = values.slice(i * height * width, (i + 1) * height * width);
        found.push({ values: own, height, width, class: c, probability: probabilities[i]![c]! });
      });
    });
  }
  return found;
}

/** The classes to explain, or the predicted ones. @throws {UserError} if there is none of that index, or no answer at all */
export function checkClasses(wanted: number | readonly number[] | undefined, probabilities: number[][]): number[] {
  if (!probabilities.flat().every(Number.isFinite)) {
    throw new UserError(
      'the network answers with what is no number: its training diverged; train at a lower learning rate',
    );
  }
  const all = wanted === undefined ? argMax(probabilities) : typeof wanted === 'number' ? [wanted] : [...wanted];
  const chosen = typeof wanted === 'number' ? probabilities.map(() => wanted) : all;
  const classes = probabilities[0]!.length;
  const wrong = chosen.find((c) => !Number.isInteger(c) || c < 0 || c >= classes);
  if (wrong !== undefined || chosen.length !== probabilities.length) {
    throw new UserError(
      `classes: expected one class from 0 to ${classes - 1} for each of ${probabilities.length} pictures, got ${chosen.join(', ')}`,
    );
  }
  return chosen;
}

import { UserError } from '../../core/errors';
import { withDefaults } from '../../core/options';
import { tf } from '../../tensorflow';
import { argMax, cutClassifier, type ExplainableModel, probabilitiesOf, scoreOf } from './classifier';

/** How much each region of a picture raises the score (logit) of a class. */
export interface Heatmap {
  /** from 0 to 1, the strongest, row by row; all 0 if nothing raises the score // [height x width] */
  values: Float32Array;
  /** rows of the map */
  height: number;
  /** columns of the map */
  width: number;
  /** index of the class that is explained */
  class: number;
  /** its probability */
  probability: number;
}

/** Options of `gradCam`. */
export interface GradCamOptions {
  /** index of the class to explain, one for all pictures or one each. Default: the predicted class */
  classes?: number | readonly number[];
  /** name of the layer whose feature maps are weighted. Default: the last layer with feature maps */
  layer?: string;
}

/** Pictures at a time; the feature maps and gradients of all of them are in memory. */
const BATCH = 8;

/**
 * Compute Grad-CAM heat maps (Selvaraju et al. 2017): the last feature maps, each weighted with the mean gradient of the class's
 * logit, are summed, and negative values set to 0. It works for every backbone, also where only a head was trained.
 *
 * @param explained the result of `train`, or `{ backbone }` with its ImageNet classifier
 * @param pictures a list of pictures, each [size, size, 3] bytes at the backbone's input size
 * @returns one map a picture, of the height and width of the feature maps: mostly 7 x 7 for pictures of 224 pixels
 * @throws {UserError} if the layer or a class does not exist, a picture has another size, or there is no classifier
 *
 * @example
 * ```ts
 * import { explain, openRun } from 'tunebook';
 * const { network, head } = await openRun('runs/first');
 * const size = network.entry.preprocessing.inputSize;
 * const gray = new Uint8Array(size * size * 3).fill(128);
 * const [map] = explain.gradCam({ backbone: network, head }, [gray]);
 * map?.height === map?.width; // => true
 * ```
 */
export function gradCam(
  explained: ExplainableModel,
  pictures: readonly Uint8Array[],
  options?: GradCamOptions,
): Heatmap[] {
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

/** The classes to explain. Default: the predicted ones. @throws {UserError} if an index is out of range, or an output is not finite */
export function checkClasses(wanted: number | readonly number[] | undefined, probabilities: number[][]): number[] {
  if (!probabilities.flat().every(Number.isFinite)) {
    throw new UserError("the network's outputs are not finite: its training diverged; train at a lower learning rate");
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

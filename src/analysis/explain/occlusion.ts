import { checkNumber, withDefaults } from '../../core/options';
import { cutClassifier, type ExplainableModel, probabilitiesOf } from './classifier';
import { checkClasses, type Heatmap } from './gradCam';

/** Options of `occlusionMap`. */
export interface OcclusionOptions {
  /** index of the class to explain. Default: the predicted class */
  class?: number;
  /** side of the gray square as a fraction of the picture's, 0.02 to 1. Default: 0.25 */
  size?: number;
  /** positions of the square along each side, 2 to 64. Default: 8 */
  places?: number;
}

/** Covered pictures that are predicted at a time. */
const BATCH = 16;

/**
 * Compute an occlusion map (Zeiler and Fergus 2014): by how much the class's probability falls when a gray square covers each
 * part of the picture. Much slower than Grad-CAM, but it needs nothing but predictions.
 *
 * @param explained the result of `train`, or `{ backbone }` with its ImageNet classifier
 * @param picture at the backbone's input size // [size, size, channels] bytes
 * @returns a map of `places` x `places` values from 0 to 1: the fall at each position divided by the largest; `probability` is
 *   that of the uncovered picture
 * @throws {UserError} if the class does not exist, the picture has another size, or there is no classifier
 *
 * @example
 * ```ts
 * import { explain, openRun } from 'tunebook';
 * const { network, head } = await openRun('runs/first');
 * const size = network.entry.preprocessing.inputSize;
 * const gray = new Uint8Array(size * size * 3).fill(128);
 * explain.occlusionMap({ backbone: network, head }, gray, { places: 4 }).values.length; // => 16
 * ```
 */
export function occlusionMap(explained: ExplainableModel, picture: Uint8Array, options?: OcclusionOptions): Heatmap {
  const given = withDefaults<{ class?: number; size: number; places: number }>('occlusionMap', options, {
    class: undefined,
    size: 0.25,
    places: 8,
  });
  checkNumber('occlusionMap: size', given.size, { min: 0.02, max: 1 });
  const places = checkNumber('occlusionMap: places', given.places, { min: 2, max: 64, integer: true });
  const { logits, inputSize } = cutClassifier(explained);
  const predict = (pictures: readonly Uint8Array[]) => {
    const outputs = logits(pictures);
    const rows = probabilitiesOf(outputs);
    outputs.dispose();
    return rows;
  };
  const whole = predict([picture]);
  const chosen = checkClasses(given.class, whole)[0]!;
  const probability = whole[0]![chosen]!;
  const side = Math.max(1, Math.round(given.size * inputSize));
  const losses: number[] = [];
  for (let start = 0; start < places * places; start += BATCH) {
    const covered = Array.from({ length: Math.min(BATCH, places * places - start) }, (_, i) => {
      const place = start + i;
      const at = (step: number) => Math.round((step * inputSize) / (places - 1) - side / 2); // its centre moves from edge to edge
      return cover(picture, inputSize, at(Math.floor(place / places)), at(place % places), side);
    });
    for (const row of predict(covered)) losses.push(Math.max(0, probability - row[chosen]!));
  }
  const largest = Math.max(...losses, 1e-12);
  return {
    values: Float32Array.from(losses, (loss) => loss / largest),
    height: places,
    width: places,
    class: chosen,
    probability,
  };
}

function cover(picture: Uint8Array, size: number, top: number, left: number, side: number): Uint8Array {
  const copy = picture.slice();
  const [from, to] = [Math.max(0, left), Math.min(size, left + side)];
  const channels = picture.length / size ** 2;
  for (let y = Math.max(0, top); y < Math.min(size, top + side); y++)
    copy.fill(128, channels * (y * size + from), channels * (y * size + to));
  return copy;
}

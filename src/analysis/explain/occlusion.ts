import { checkNumber, withDefaults } from '../../core/options';
import { cutClassifier, type Explained, probabilitiesOf } from './classifier';
import { checkClasses, type Heatmap } from './gradCam';

export interface OcclusionOptions {
  /** class index to explain; the predicted one unless told */
  class?: number;
  /** side of the gray square as a part of the picture's; 0.25 unless told */
  size?: number;
  /** places of the square along each side; 8 unless told */
  places?: number;
}

/** Pictures with a square at a time. */
const BATCH = 16;

/**
 * An occlusion map (Zeiler and Fergus 2014): how much of the class's probability is lost when a gray square covers a place.
 * Slower than Grad-CAM by far, and asks nothing of the network but its answers.
 *
 * @param picture decoded at the backbone's input size // [size, size, 3] bytes
 * @returns values from 0 to 1: the loss at each place over the largest loss; `probability` is that of the whole picture
 * @throws {UserError} if there is no such class, the picture has another size, or the backbone has no classifier
 */
export function occlusionMap(explained: Explained, picture: Uint8Array, options?: OcclusionOptions): Heatmap {
  const given = withDefaults<{ class?: number; size: number; places: number }>('occlusionMap', options, {
    class: undefined,
    size: 0.25,
    places: 8,
  });
  checkNumber('occlusionMap: size', given.size, { min: 0.02, max: 1 });
  const places = checkNumber('occlusionMap: places', given.places, { min: 2, max: 64, integer: true });
  const { logits, inputSize } = cutClassifier(explained);
  const ask = (pictures: readonly Uint8Array[]) => {
    const answer = logits(pictures);
    const rows = probabilitiesOf(answer);
    answer.dispose();
    return rows;
  };
  const whole = ask([picture]);
  const chosen = checkClasses(given.class, whole)[0]!;
  const probability = whole[0]![chosen]!;
  const side = Math.max(1, Math.round(given.size * inputSize));
  const losses: number[] = [];
  for (let start = 0; start < places * places; start += BATCH) {
    const covered = Array.from({ length: Math.min(BATCH, places * places - start) }, (_, i) => {
      const place = start + i;
      const at = (step: number) => Math.round((step * inputSize) / (places - 1) - side / 2); // its middle reaches each edge
      return cover(picture, inputSize, at(Math.floor(place / places)), at(place % places), side);
    });
    for (const row of ask(covered)) losses.push(Math.max(0, probability - row[chosen]!));
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
  for (let y = Math.max(0, top); y < Math.min(size, top + side); y++)
    copy.fill(128, 3 * (y * size + from), 3 * (y * size + to));
  return copy;
}

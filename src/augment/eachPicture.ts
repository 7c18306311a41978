import { tf } from '../tensorflow';
import type { Step } from './augmentation';
import { type Draws, takeRows } from './batch';
import { applyColors, type ColorMatrix, meanColors } from './color/colorMatrix';
import { warp } from './geometric/warp';
import { defaultWarping, sameWarping, type Warping } from './geometric/warping';

export type PictureStep = Exclude<Step, { kind: 'mix' }>;
type Compute = (images: tf.Tensor4D, draws: Draws, steps: readonly PictureStep[]) => tf.Tensor4D | Promise<tf.Tensor4D>;

/**
 * Apply to each picture of a batch its own step. Pictures whose steps can be computed together are, pictures without a step are
 * not computed, and the results are returned in the order of the batch.
 *
 * @param chosen one step for each picture, or undefined for a picture that does not change
 */
export async function runEach(
  images: tf.Tensor4D,
  draws: Draws,
  chosen: readonly (PictureStep | undefined)[],
): Promise<tf.Tensor4D> {
  const groups = groupRows(chosen);
  if (groups.length === 1) {
    const step = groups[0]!.step;
    return step ? computeFor(step)(images, draws, chosen as PictureStep[]) : images.clone();
  }
  const results: tf.Tensor4D[] = [];
  try {
    for (const { rows, step } of groups) {
      const part = takeRows(images, rows);
      if (!step) {
        results.push(part);
        continue;
      }
      try {
        const steps = rows.map((row) => chosen[row]!);
        results.push(
          await computeFor(step)(
            part,
            rows.map((row) => draws[row]!),
            steps,
          ),
        );
      } finally {
        part.dispose();
      }
    }
    const order = groups.flatMap(({ rows }) => rows);
    const back = new Array<number>(order.length);
    order.forEach((row, place) => {
      back[row] = place;
    });
    return tf.tidy(() => takeRows(tf.concat(results, 0), back));
  } finally {
    for (const result of results) result.dispose();
  }
}

/** Groups of rows that can be computed together, with the step of the first. */
function groupRows(chosen: readonly (PictureStep | undefined)[]): { rows: number[]; step?: PictureStep }[] {
  const groups: { rows: number[]; step?: PictureStep }[] = [];
  chosen.forEach((step, row) => {
    const group = groups.find((other) => canComputeTogether(other.step, step));
    if (group) group.rows.push(row);
    else groups.push({ rows: [row], step });
  });
  return groups;
}

function canComputeTogether(a: PictureStep | undefined, b: PictureStep | undefined): boolean {
  if (a === b) return true;
  if (a?.kind === 'color' && b?.kind === 'color') return true;
  if (a?.kind !== 'warp' || b?.kind !== 'warp') return false;
  return a.warping === b.warping || (a.warping !== 'any' && b.warping !== 'any' && sameWarping(a.warping, b.warping));
}

function computeFor(first: PictureStep): Compute {
  if (first.kind === 'warp')
    return (images, draws, steps) => warpEach(images, draws, steps as WarpStep[], first.warping);
  if (first.kind === 'color') return (images, draws, steps) => colorEach(images, draws, steps as ColorStep[]);
  return (images, draws) => first.run(images, draws);
}

type WarpStep = Extract<Step, { kind: 'warp' }>;
type ColorStep = Extract<Step, { kind: 'color' }>;

function warpEach(
  images: tf.Tensor4D,
  draws: Draws,
  steps: readonly WarpStep[],
  warping: Warping | 'any',
): tf.Tensor4D {
  const [, height, width] = images.shape;
  return warp(
    images,
    steps.map((step, i) => step.matrix(draws[i]!, { height, width })),
    warping === 'any' ? { ...defaultWarping, interpolation: 'nearest' } : warping,
  );
}

function colorEach(images: tf.Tensor4D, draws: Draws, steps: readonly ColorStep[]): tf.Tensor4D {
  const means = steps.some(({ needsMean }) => needsMean) ? meanColors(images) : undefined;
  const matrices: ColorMatrix[] = steps.map((step, i) => step.matrix(draws[i]!, means?.[i] ?? [0, 0, 0]));
  return applyColors(images, matrices);
}

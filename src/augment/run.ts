import { UserError } from '../core/errors';
import { tf } from '../tensorflow';
import type { Augmentation, PictureSize, Step } from './augmentation';
import { checkImages, checkLabels, type DrawOptions, type Draws, drawsFor, type LabelledImages } from './batch';
import {
  applyColors,
  applyToColor,
  type ColorMatrix,
  chain,
  identityColors,
  meanColors,
  type Rgb,
} from './color/colorMatrix';
import { identityMatrix, type Matrix, multiply } from './geometric/matrix';
import { warp } from './geometric/warp';
import { defaultWarping, sameWarping, type Warping } from './geometric/warping';

/** An operation of a pipeline with a random number generator for each picture. */
export interface Placed<S extends Step = Step> {
  step: S;
  name: string;
  draws: Draws;
}
export type WarpStep = Extract<Step, { kind: 'warp' }>;
export type ColorStep = Extract<Step, { kind: 'color' }>;

/**
 * The method `apply` of a pipeline. Neighbouring operations that move pixels are merged into one projective transform, and
 * neighbours that change colours linearly into one matrix, so that pixels are read and written once for each such group. That is
 * faster, and avoids the blur of repeated interpolation. Each operation has random number generators of its own, so that merging
 * does not change the random numbers.
 */
export function runOps(caller: string, opsOf: () => readonly Augmentation[]): Augmentation['apply'] {
  async function apply(input: tf.Tensor4D, draw?: DrawOptions): Promise<tf.Tensor4D>;
  async function apply(input: LabelledImages, draw?: DrawOptions): Promise<LabelledImages>;
  async function apply(input: tf.Tensor4D | LabelledImages, draw: DrawOptions = {}) {
    const given: { images: tf.Tensor4D; labels?: tf.Tensor2D } = input instanceof tf.Tensor ? { images: input } : input;
    checkImages(caller, given.images);
    if (given.labels) checkLabels(caller, given as LabelledImages);
    let images = given.images.clone();
    let labels = given.labels?.clone();
    for (const group of mergedGroups(opsOf(), given.images.shape[0], draw)) {
      const before = images;
      try {
        const after = await runGroup(group, { images, labels });
        images = after.images;
        if (after.labels !== labels) labels?.dispose();
        labels = after.labels;
      } catch (error) {
        labels?.dispose();
        throw error;
      } finally {
        before.dispose();
      }
    }
    return labels ? { images, labels } : images;
  }
  return apply;
}

/** The operations with their random numbers, in groups of neighbours that are computed together. */
export function mergedGroups(ops: readonly Augmentation[], count: number, draw: DrawOptions = {}): Placed[][] {
  const sourceOf = drawsFor(count, draw);
  return mergeable(ops.map((op, place) => ({ step: op.step!, name: op.name, draws: sourceOf(`${place}/${op.name}`) })));
}

function mergeable(placed: readonly Placed[]): Placed[][] {
  const groups: Placed[][] = [];
  for (const next of placed) {
    const group = groups.at(-1);
    if (group && fits(group, next)) group.push(next);
    else groups.push([next]);
  }
  return groups;
}

function fits(group: readonly Placed[], { step }: Placed): boolean {
  const kind = group[0]!.step.kind;
  if (kind !== step.kind) return false;
  if (kind === 'color') return true;
  if (step.kind !== 'warp') return false;
  const known = warpingOf(group as readonly Placed<WarpStep>[]);
  return step.warping === 'any' || known === undefined || sameWarping(known, step.warping);
}

/** How a group interpolates and fills; undefined when every way gives the same result, as for flips alone. */
export function warpingOf(group: readonly Placed<WarpStep>[]): Warping | undefined {
  return group.map(({ step }) => step.warping).find((warping): warping is Warping => warping !== 'any');
}

type Current = { images: tf.Tensor4D; labels?: tf.Tensor2D };

async function runGroup(group: readonly Placed[], { images, labels }: Current): Promise<Current> {
  const [{ step, name, draws }] = group as [Placed, ...Placed[]];
  switch (step.kind) {
    case 'warp':
      return { images: warpAll(images, group as readonly Placed<WarpStep>[]), labels };
    case 'color':
      return { images: colorAll(images, group as readonly Placed<ColorStep>[]), labels };
    case 'pixels':
      return { images: await step.run(images, draws), labels };
    case 'mix': {
      if (!labels) {
        throw new UserError(
          `${name} mixes pictures and their labels: call apply({ images, labels }) with labels of shape [batch, classes]`,
        );
      }
      return step.run({ images, labels }, draws);
    }
  }
}

function warpAll(images: tf.Tensor4D, group: readonly Placed<WarpStep>[]): tf.Tensor4D {
  const [batch, height, width] = images.shape;
  const matrices = Array.from({ length: batch }, (_, i) => warpMatrix(group, i, { height, width }));
  return warp(images, matrices, warpingOf(group) ?? { ...defaultWarping, interpolation: 'nearest' });
}

/** The product of a group's matrices for one picture of the batch. */
export function warpMatrix(group: readonly Placed<WarpStep>[], picture: number, size: PictureSize): Matrix {
  return group.reduce((whole, { step, draws }) => multiply(whole, step.matrix(draws[picture]!, size)), identityMatrix);
}

function colorAll(images: tf.Tensor4D, group: readonly Placed<ColorStep>[]): tf.Tensor4D {
  const means = needsMeans(group) ? meanColors(images) : undefined;
  return applyColors(
    images,
    Array.from({ length: images.shape[0] }, (_, i) => colorMatrix(group, i, means?.[i])),
  );
}

export const needsMeans = (group: readonly Placed<ColorStep>[]): boolean => group.some(({ step }) => step.needsMean);

/**
 * The product of a group's colour matrices for one picture of the batch. The mean colour that a later operation needs is computed
 * from that of the picture, as the operations before it are linear.
 *
 * @param mean mean colour of the picture before the group, when an operation needs it
 */
export function colorMatrix(group: readonly Placed<ColorStep>[], picture: number, mean?: Rgb): ColorMatrix {
  return group.reduce((whole, { step, draws }) => {
    const seen = mean ? applyToColor(whole, mean) : ([0, 0, 0] as const);
    return chain(whole, step.matrix(draws[picture]!, seen));
  }, identityColors);
}

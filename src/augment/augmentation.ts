import type { Random } from '../core/random';
import type { tf } from '../tensorflow';
import type { DrawOptions, Draws, LabelledImages } from './batch';
import type { ColorMatrix, Rgb } from './color/colorMatrix';
import type { Matrix } from './geometric/matrix';
import type { Warping } from './geometric/warping';

/**
 * What an op does, in one of four ways. The first two are numbers a picture, so that a pipeline can merge neighbours and
 * touch the pixels once; the third works on pixels picture by picture; the fourth mixes the pictures of a batch.
 */
export type Step =
  | { kind: 'warp'; warping: Warping | 'any'; matrix(random: Random, size: PictureSize): Matrix }
  | { kind: 'color'; needsMean: boolean; matrix(random: Random, mean: Rgb): ColorMatrix }
  | { kind: 'pixels'; run(images: tf.Tensor4D, draws: Draws): tf.Tensor4D | Promise<tf.Tensor4D> }
  | { kind: 'mix'; run(batch: LabelledImages, draws: Draws): LabelledImages };

/** In pixels. */
export interface PictureSize {
  height: number;
  width: number;
}

/**
 * An op that changes pictures at random and keeps their meaning: usable alone, or in a pipeline made by
 * {@link augmentation}. Pictures are float32 [batch, height, width, channels] of 0 to 255 and stay so.
 */
export interface Augmentation {
  readonly name: string;
  /** all that decides what it does beside the random numbers; part of the key of cached features */
  readonly settings: Readonly<Record<string, unknown>>;
  /** the ops it consists of: itself, or those of a pipeline */
  readonly ops: readonly Augmentation[];
  /** how it works inside; a pipeline has none of its own */
  readonly step?: Step;
  /**
   * @param input pictures, or pictures with labels; neither changed nor disposed of
   * @returns new tensors; the caller disposes of them
   * @throws {UserError} if the shapes do not fit, or an op that mixes labels gets none
   */
  apply(input: tf.Tensor4D, draw?: DrawOptions): Promise<tf.Tensor4D>;
  apply(input: LabelledImages, draw?: DrawOptions): Promise<LabelledImages>;
}

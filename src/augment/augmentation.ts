import type { Random } from '../core/random';
import type { tf } from '../tensorflow';
import type { DrawOptions, Draws, LabelledImages } from './batch';
import type { ColorMatrix, Rgb } from './color/colorMatrix';
import type { Matrix } from './geometric/matrix';
import type { Warping } from './geometric/warping';

/**
 * How an operation is computed. 'warp' and 'color' give a matrix for each picture, so that a pipeline can multiply those of
 * neighbouring operations and read and write the pixels once; 'pixels' computes new pixels for each picture; 'mix' mixes the
 * pictures of a batch and their labels.
 */
export type Step =
  | { kind: 'warp'; warping: Warping | 'any'; matrix(random: Random, size: PictureSize): Matrix }
  | { kind: 'color'; needsMean: boolean; matrix(random: Random, mean: Rgb): ColorMatrix }
  | { kind: 'pixels'; run(images: tf.Tensor4D, draws: Draws): tf.Tensor4D | Promise<tf.Tensor4D> }
  | { kind: 'mix'; run(batch: LabelledImages, draws: Draws): LabelledImages };

/** The size of a picture in pixels. */
export interface PictureSize {
  /** In pixels. */
  height: number;
  /** In pixels. */
  width: number;
}

/**
 * An operation that changes pictures at random without changing their labels (or changes the labels with them), for use alone or
 * in a pipeline made by `augmentation`. Pictures are float32 tensors `[batch, height, width, channels]` with values from 0 to 255,
 * before and after.
 */
export interface Augmentation {
  /** Names of its operations, joined by ` + `. */
  readonly name: string;
  /** All settings that determine its results together with the random numbers; part of the key of cached features. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** The operations it consists of: those of a pipeline, or itself. */
  readonly ops: readonly Augmentation[];
  /**
   * How it is computed. A pipeline has none.
   *
   * @internal
   */
  readonly step?: Step;
  /**
   * Augment a batch of pictures.
   *
   * @param input pictures, or pictures with labels; they are neither changed nor disposed
   * @param draw which random numbers each picture gets
   * @returns new tensors, which the caller disposes
   * @throws {UserError} when a tensor has the wrong shape or type, or an operation that mixes labels gets none
   */
  apply(input: tf.Tensor4D, draw?: DrawOptions): Promise<tf.Tensor4D>;
  apply(input: LabelledImages, draw?: DrawOptions): Promise<LabelledImages>;
}

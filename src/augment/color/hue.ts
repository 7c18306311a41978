import { withDefaults } from '../../core/options';
import { tf } from '../../tensorflow';
import type { Augmentation } from '../augmentation';
import { defineOp } from '../defineOp';
import { runNative } from '../native';
import { aroundZero, drawBetween, type Strength } from '../range';
import { checkRgb } from './colorMatrix';

/** Options of {@link hue}. */
export interface HueOptions {
  /**
   * Shift of the hue as a fraction of the colour circle, from -0.5 to 0.5; 0.1 stands for [-0.1, 0.1]. Default:
   * 0.05
   */
  turn?: Strength;
}

/**
 * Shift the hue of all colours (in HSV, as tf.image.adjust_hue and torchvision's adjust_hue). It takes ten times as long as the
 * linear colour operations.
 *
 * @throws {UserError} on an unknown option, or a value out of range
 *
 * @example
 * ```ts
 * import { augment } from 'tunebook';
 *
 * augment.hue({ turn: 0.1 }).settings; // => { turn: [ -0.1, 0.1 ] }
 * ```
 */
export function hue(options?: HueOptions): Augmentation {
  const { turn } = withDefaults('hue', options, { turn: 0.05 as Strength });
  const range = aroundZero('hue: turn', turn, { min: -0.5, max: 0.5 });
  return defineOp(
    'hue',
    { turn: range },
    {
      kind: 'pixels',
      run: (images, draws) =>
        shiftHue(
          images,
          draws.map((random) => drawBetween(random, range)),
        ),
    },
  );
}

/** Shift the hue of each picture by its own fraction of the colour circle. */
export function shiftHue(images: tf.Tensor4D, turns: readonly number[]): tf.Tensor4D {
  checkRgb(images);
  if (turns.every((turn) => turn === 0)) return images.clone();
  return tf.tidy(() => {
    const hsv = runNative('RGBToHSV', {}, [images.div(255)]); // [batch, height, width, 3] of 0 to 1
    const shifts = tf.tensor4d(
      turns.flatMap((turn) => [turn, 0, 0]),
      [turns.length, 1, 1, 3],
    );
    const [hues, rest] = tf.split(hsv.add(shifts), [1, 2], 3) as [tf.Tensor4D, tf.Tensor4D];
    const shifted = tf.concat([hues.sub(hues.floor()), rest], 3);
    return runNative('HSVToRGB', {}, [shifted]).mul(255).clipByValue(0, 255) as tf.Tensor4D;
  });
}

import { withDefaults } from '../../core/options';
import { tf } from '../../tensorflow';
import type { Augmentation } from '../augmentation';
import { defineOp } from '../defineOp';
import { runNative } from '../native';
import { aroundZero, drawBetween, type Strength } from '../range';
import { checkRgb } from './colorMatrix';

export interface HueOptions {
  /** parts of the colour circle: 0.1 draws from -0.1 to 0.1, at most 0.5; default 0.05 */
  turn?: Strength;
}

/**
 * Turn all colours on the colour circle (hue of HSV, as tf.image.adjust_hue and torchvision's adjust_hue). Costs ten times
 * what the linear colour ops do.
 */
export function hue(options?: HueOptions): Augmentation {
  const { turn } = withDefaults('hue', options, { turn: 0.05 as Strength });
  const ends = aroundZero('hue: turn', turn, { min: -0.5, max: 0.5 });
  return defineOp(
    'hue',
    { turn: ends },
    {
      kind: 'pixels',
      run: (images, draws) =>
        turnHue(
          images,
          draws.map((random) => drawBetween(random, ends)),
        ),
    },
  );
}

/** Turn the hue of each picture by its own part of the circle. */
export function turnHue(images: tf.Tensor4D, turns: readonly number[]): tf.Tensor4D {
  checkRgb(images);
  if (turns.every((turn) => turn === 0)) return images.clone();
  return tf.tidy(() => {
    const hsv = runNative('RGBToHSV', {}, [images.div(255)]); // [batch, height, width, 3] of 0 to 1
    const shifts = tf.tensor4d(
      turns.flatMap((turn) => [turn, 0, 0]),
      [turns.length, 1, 1, 3],
    );
    const [hues, rest] = tf.split(hsv.add(shifts), [1, 2], 3) as [tf.Tensor4D, tf.Tensor4D];
    const turned = tf.concat([hues.sub(hues.floor()), rest], 3);
    return runNative('HSVToRGB', {}, [turned]).mul(255).clipByValue(0, 255) as tf.Tensor4D;
  });
}

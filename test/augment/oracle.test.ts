import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Augmentation,
  augmentation,
  autocontrast,
  brightness,
  contrast,
  equalize,
  gamma,
  gaussianBlur,
  grayscale,
  horizontalFlip,
  hue,
  posterize,
  rotation,
  saturation,
  sharpness,
  shear,
  shift,
  solarize,
  verticalFlip,
  type Warping,
  zoom,
} from '../../src/augment';
import { displace } from '../../src/augment/geometric/elastic';
import { fromCorners } from '../../src/augment/geometric/matrix';
import { warp } from '../../src/augment/geometric/warp';
import { defaultWarping } from '../../src/augment/geometric/warping';
import { projectFolder } from '../../src/core/paths';
import { tf } from '../../src/tensorflow';
import { valuesOf } from './pictures';

interface Oracle {
  size: number;
  picture: number[];
  corners: [number, number][];
  results: Record<string, number[]>;
}

const oracle: Oracle = JSON.parse(readFileSync(join(projectFolder, 'test', 'augment', 'oracle.json'), 'utf8'));
const { size, results } = oracle;
const square = (values: readonly number[]) => {
  const side = Math.sqrt(values.length / 3);
  return tf.tensor4d(Float32Array.from(values), [1, side, side, 3]);
};
const fixed = (value: number) => [value, value] as const;
const table: { op: string; oracle: string; error: number; pixels: string; allowed: number }[] = [];

/**
 * The largest error in the picture, or in all but a proportion of its values.
 *
 * @param beside proportion of values that may differ by more: pixels at the border between two fill modes
 */
function compare(op: string, name: string, actual: ArrayLike<number>, allowed: number, beside = 0): void {
  const expected = results[name]!;
  assert.equal(actual.length, expected.length, name);
  const errors = expected.map((value, i) => Math.abs(value - actual[i]!)).sort((a, b) => a - b);
  const counted = errors.slice(0, Math.ceil(errors.length * (1 - beside)));
  const error = counted.at(-1)!;

  const pixels = beside === 0 ? 'all' : `all but ${Math.round(100 * beside)}%`;
  table.push({ op, oracle: name, error, pixels, allowed });
  assert.ok(error <= allowed, `${op} differs from ${name} by ${error}, allowed ${allowed}`);
}

async function run(op: Augmentation, input: readonly number[] = oracle.picture): Promise<Float32Array> {
  const images = square(input);
  const result = await op.apply(images);
  images.dispose();
  return valuesOf(result);
}

describe('augmentation compared with Keras, SciPy, Pillow and TensorFlow', () => {
  after(() => {
    const lines = table.map(
      ({ op, oracle: name, error, pixels, allowed }) =>
        `      ${op.padEnd(28)}${name.padEnd(32)}${error.toFixed(4).padStart(8)}  of ${String(allowed).padEnd(6)}${pixels}`,
    );
    console.log(`      largest error, in colours of 0 to 255\n${lines.join('\n')}`);
  });

  const allAt = (fill: Warping['fill'], interpolation: Warping['interpolation']) => {
    const warping: Warping = { fill, interpolation, fillValue: 60 };
    return augmentation([
      rotation({ degrees: fixed(25), ...warping }),
      shift({ width: fixed(1.5 / size), height: fixed(-2.25 / size), ...warping }),
      shear({ degrees: fixed(12), ...warping }),
      zoom({ factor: fixed(0.8), heightFactor: fixed(1.1), ...warping }),
    ]);
  };

  it('rotates, shifts, shears and zooms in one transform like ImageDataGenerator', async () => {
    const op = 'four ops in one transform';
    for (const interpolation of ['bilinear', 'nearest'] as const) {
      for (const fill of ['nearest', 'reflect'] as const) {
        compare(op, `keras all ${fill} ${interpolation}`, await run(allAt(fill, interpolation)), 0.01);
      }
      // Keras's SciPy mode uses the fill value half a pixel inside the picture, and repeats pictures one pixel too early
      for (const fill of ['constant', 'wrap'] as const) {
        const beside = fill === 'constant' ? 0.12 : 0.3; // of a picture 14 pixels wide
        compare(op, `keras all ${fill} ${interpolation}`, await run(allAt(fill, interpolation)), 0.01, beside);
      }
    }
    compare(op, 'scipy all grid-constant', await run(allAt('constant', 'bilinear')), 0.01);
    compare(op, 'scipy all grid-wrap', await run(allAt('wrap', 'bilinear')), 0.01, 0.12);
  });

  it('uses the same signs and centre as ImageDataGenerator in each operation', async () => {
    compare('rotation', 'keras rotation', await run(rotation({ degrees: fixed(40) })), 0.01);
    const shifted = shift({ width: fixed(2.8 / size), height: fixed(-1.4 / size) });
    compare('shift', 'keras shift', await run(shifted), 0.01);
    compare('shear', 'keras shear', await run(shear({ degrees: fixed(20) })), 0.01);
    compare('horizontalFlip', 'numpy horizontal flip', await run(horizontalFlip({ probability: 1 })), 0);
    compare('verticalFlip', 'numpy vertical flip', await run(verticalFlip({ probability: 1 })), 0);
    const article = [
      rotation({ degrees: fixed(-33) }),
      shift({ width: fixed(2.1 / size), height: fixed(-2.5 / size) }),
      horizontalFlip({ probability: 1 }),
    ];
    compare('rotation + shift + flip', 'keras article', await run(augmentation(article)), 0.01);
  });

  it('moves corners and pixels as a perspective transform and an elastic field say', () => {
    const images = square(oracle.picture);
    const end = size - 1;
    const matrix = fromCorners(oracle.corners, [
      [0, 0],
      [end, 0],
      [end, end],
      [0, end],
    ]);
    compare('perspective', 'scipy perspective', valuesOf(warp(images, [matrix], defaultWarping)), 0.02);
    const moves = tf.tensor4d(Float32Array.from(results['elastic moves']!), [1, size, size, 2]);
    compare('elastic', 'scipy elastic', valuesOf(displace(images, moves)), 0.01);
    tf.dispose([images, moves]);
  });

  it('changes colours like Pillow, up to its rounding, and like TensorFlow', async () => {
    // Pillow uses whole numbers: it truncates or rounds results, and intermediate greys and means
    compare('brightness', 'pillow brightness', await run(brightness({ factor: fixed(1.4) })), 1);
    compare('contrast', 'pillow contrast', await run(contrast({ factor: fixed(0.6) })), 1.5);
    compare('saturation', 'pillow saturation', await run(saturation({ factor: fixed(1.7) })), 1.5);
    compare('grayscale', 'pillow grayscale', await run(grayscale({ probability: 1 })), 1);
    compare('sharpness', 'pillow sharpness', await run(sharpness({ factor: fixed(1.8) })), 1.5);
    compare('posterize', 'pillow posterize', await run(posterize({ bits: fixed(3) })), 0);
    compare('solarize', 'pillow solarize', await run(solarize({ threshold: fixed(100) })), 0);
    compare('autocontrast', 'pillow autocontrast', await run(autocontrast(), results['autocontrast input']), 1);
    compare('hue', 'tensorflow hue', await run(hue({ turn: fixed(0.15) })), 0.01);
    compare('gamma', 'tensorflow gamma', await run(gamma({ exponent: fixed(1.3) })), 0.01);
    const blurred = await run(gaussianBlur({ sigma: fixed(1.3), reach: 4 }));
    compare('gaussianBlur', 'scipy gaussian blur', blurred, 0.01);
  });

  it('equalizes like Pillow, tone by tone', async () => {
    const whole = await run(equalize(), results['equalize input']);
    const side = 56;
    const everyFourth = Array.from({ length: 14 * 14 * 3 }, (_, i) => {
      const [y, x, channel] = [Math.floor(i / 42) * 4, (Math.floor(i / 3) % 14) * 4, i % 3];
      return whole[(y * side + x) * 3 + channel]!;
    });
    compare('equalize', 'pillow equalize', everyFourth, 0);
  });
});

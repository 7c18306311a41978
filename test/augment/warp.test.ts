import assert from 'node:assert/strict';
import {
  augmentation,
  brightness,
  colorJitter,
  gaussianNoise,
  grayscale,
  horizontalFlip,
  perspective,
  presetAugmentation,
  rotation,
  verticalFlip,
} from '../../src/augment';
import { aroundCentre, type Matrix, multiply, translation } from '../../src/augment/geometric/matrix';
import type { Warping } from '../../src/augment/geometric/warping';
import { wasmCanWarp, wasmWarp } from '../../src/augment/geometric/wasmWarp';
import { augmentCompiled } from '../../src/augment/wasm/pictures';
import { tf } from '../../src/tensorflow';
import { largestError } from './pictures';

const bilinear = (fill: Warping['fill']): Warping => ({ fill, interpolation: 'bilinear', fillValue: 0 });

/** Rotated, moved far out of the picture, and in perspective: a matrix for each picture of a batch. */
function matrices(height: number, width: number): Matrix[] {
  return [0, 1, 2, 3, 4, 5].map((i) => {
    const [cosine, sine] = [Math.cos(1.1 * i), Math.sin(1.1 * i)];
    const turned = aroundCentre([1.2 * cosine, -0.9 * sine, sine, cosine], { height, width });
    const moved = multiply(turned, translation((1.3 * i - 2) * width, (0.4 * i - 1) * height));
    const [a, b, c, d, e, f] = moved;
    return i % 2 === 0 ? moved : [a, b, c, d, e, f, 0.05 / width, -0.08 / height, 1];
  });
}

describe('the compiled warp', () => {
  for (const fill of ['nearest', 'reflect', 'wrap'] as const) {
    it(`gives the same as TensorFlow's ImageProjectiveTransformV3, with fill mode ${fill}`, () => {
      for (const [height, width] of [
        [2, 2],
        [7, 12],
        [224, 224],
        [301, 299],
      ] as const) {
        const wanted = matrices(height, width);
        // smooth pictures: a coordinate that differs in its last bit changes the pixel only a little
        const images = tf.tidy(() => {
          const phase = tf.range(0, 6 * height * width * 3).reshape([6, height, width, 3]);
          return phase
            .mul(7 / (height * width))
            .sin()
            .add(1)
            .mul(127) as tf.Tensor4D;
        });
        const rows = tf.tensor2d(wanted.map((matrix) => matrix.slice(0, 8)));
        const expected = tf.tidy(() => tf.image.transform(images, rows, 'bilinear', fill).dataSync());
        const actual = wasmWarp(images.dataSync() as Float32Array, images.shape, wanted, bilinear(fill));
        // with wrap, the last bit of a coordinate decides between pixels at opposite edges
        const errors = [...actual].map((value, i) => Math.abs(value - expected[i]!)).sort((a, b) => a - b);
        const counted = errors.slice(0, Math.ceil(errors.length * (fill === 'wrap' ? 0.999 : 1)));
        assert.ok(counted.at(-1)! < 0.02, `${height} x ${width}: differs by ${counted.at(-1)}`);
        tf.dispose([images, rows]);
      }
    });
  }

  it('augments bytes as TensorFlow augments tensors, in every pipeline that it supports', async () => {
    const [size, count] = [33, 5];
    const length = size * size * 3;
    const bytes = Uint8Array.from({ length: count * length }, (_, i) => 127 + 127 * Math.sin(i / 50 + (i % 3)));
    const pictures = Array.from({ length: count }, (_, i) => bytes.slice(i * length, (i + 1) * length));
    const images = tf.tidy(() => tf.tensor4d(Float32Array.from(bytes), [count, size, size, 3]));
    const jitter = colorJitter({ brightness: 0.5, contrast: 0.6, saturation: 0.7 });
    const pipelines = [
      ...(['light', 'standard', 'article'] as const).map((name) => presetAugmentation(name)!),
      augmentation([rotation({ degrees: 90, fill: 'wrap' }), perspective({ fill: 'wrap' }), jitter, grayscale()]),
      ...[jitter, horizontalFlip(), verticalFlip(), brightness()],
    ];
    for (const pipeline of pipelines) {
      const draw = { seed: 3, view: 2, indices: [9, 4, 7, 1, 0] };
      const actual = augmentCompiled(pictures, size, pipeline, draw);
      assert.ok(actual, pipeline.name);
      const result = await pipeline.apply(images, draw);
      const expected = result.dataSync();
      result.dispose();
      // values half-way between two numbers may be rounded to either
      assert.ok(
        largestError(
          actual.flatMap((picture) => [...picture]),
          expected,
        ) < 0.51,
        pipeline.name,
      );
      assert.deepEqual(augmentCompiled([pictures[2]!], size, pipeline, { ...draw, indices: [7] })![0], actual[2]);
    }
    for (const other of [gaussianNoise(), augmentation([brightness(), rotation()]), rotation({ fill: 'constant' })]) {
      assert.equal(augmentCompiled(pictures, size, other), undefined);
    }
    images.dispose();
  });

  it('gives the same for a picture in a batch of any size', () => {
    const values = Float32Array.from({ length: 6 * 30 * 20 * 3 }, (_, i) => (i * 37) % 256);
    const wanted = matrices(30, 20);
    const together = wasmWarp(values, [6, 30, 20, 3], wanted, bilinear('reflect'));
    const alone = wasmWarp(values.subarray(5 * 1800), [1, 30, 20, 3], [wanted[5]!], bilinear('reflect'));
    assert.equal(largestError(alone, together.subarray(5 * 1800)), 0);
  });

  it('leaves unsupported pipelines to TensorFlow', () => {
    assert.ok(wasmCanWarp([1, 20, 20, 3], bilinear('reflect')));
    assert.ok(!wasmCanWarp([1, 20, 20, 3], bilinear('constant')));
    assert.ok(!wasmCanWarp([1, 20, 20, 3], { ...bilinear('reflect'), interpolation: 'nearest' }));
    assert.ok(!wasmCanWarp([1, 20, 20, 1], bilinear('reflect')));
    assert.ok(!wasmCanWarp([1, 20, 1, 3], bilinear('reflect')));
  });
});

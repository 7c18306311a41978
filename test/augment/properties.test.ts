import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  type Augmentation,
  augmentation,
  brightness,
  colorJitter,
  contrast,
  elastic,
  everyAugmentation,
  gamma,
  gaussianBlur,
  gaussianNoise,
  grayscale,
  horizontalFlip,
  hue,
  mixUp,
  perspective,
  posterize,
  randomErasing,
  randomResizedCrop,
  rotation,
  saltAndPepper,
  saturation,
  sharpness,
  shear,
  shift,
  solarize,
  sometimes,
  verticalFlip,
  zoom,
} from '../../src/augment';
import { tf } from '../../src/tensorflow';
import { largestError, valuesOf, wavyPictures } from './pictures';

const SIZE = 24;
const BATCH = 5;
const oneHot = (batch: number) =>
  tf.tidy(() => tf.oneHot(tf.range(0, batch, 1, 'int32'), batch).toFloat() as tf.Tensor2D);
const rowOf = (values: Float32Array, row: number, length = SIZE * SIZE * 3) =>
  values.subarray(row * length, (row + 1) * length);

/** Each operation at a strength at which it changes nothing. */
const atZero: Record<string, Augmentation> = {
  rotation: rotation({ degrees: 0 }),
  horizontalFlip: horizontalFlip({ probability: 0 }),
  verticalFlip: verticalFlip({ probability: 0 }),
  shift: shift({ width: 0, height: 0 }),
  shear: shear({ degrees: 0 }),
  zoom: zoom({ factor: 0 }),
  perspective: perspective({ distortion: 0 }),
  elastic: elastic({ distance: 0 }),
  randomResizedCrop: randomResizedCrop({ area: [1, 1], aspect: [1, 1] }),
  brightness: brightness({ factor: 0 }),
  contrast: contrast({ factor: 0 }),
  saturation: saturation({ factor: 0 }),
  grayscale: grayscale({ probability: 0 }),
  hue: hue({ turn: 0 }),
  colorJitter: colorJitter({ brightness: 0, contrast: 0, saturation: 0 }),
  gamma: gamma({ exponent: 0 }),
  posterize: posterize({ bits: [8, 8] }),
  solarize: solarize({ threshold: [256, 256] }),
  gaussianNoise: gaussianNoise({ deviation: 0 }),
  gaussianBlur: gaussianBlur({ sigma: [0, 0] }),
  saltAndPepper: saltAndPepper({ amount: 0 }),
  sharpness: sharpness({ factor: 0 }),
  randomErasing: randomErasing({ probability: 0 }),
  'sometimes of probability 0': sometimes(gaussianNoise({ deviation: [50, 50] }), 0),
};

describe('every augmentation', () => {
  const all = everyAugmentation();

  for (const [name, op] of Object.entries(all)) {
    it(`${name} keeps shape, range and the sum of the labels, does not change its input, and keeps no tensors`, async () => {
      const images = wavyPictures(BATCH, SIZE);
      const labels = oneHot(BATCH);
      const before = Float32Array.from(images.dataSync());
      const tensors = tf.memory().numTensors;
      const result = await op.apply({ images, labels }, { seed: 3 });
      assert.deepEqual(result.images.shape, images.shape);
      assert.deepEqual(result.labels.shape, labels.shape);
      assert.equal(result.images.dtype, 'float32');
      const sums = valuesOf(tf.tidy(() => result.labels.sum(1)));
      assert.ok(largestError(sums, new Float32Array(BATCH).fill(1)) < 1e-5);
      result.labels.dispose();
      const values = valuesOf(result.images);
      assert.ok(values.every((value) => value >= 0 && value <= 255.001));
      assert.deepEqual(Float32Array.from(images.dataSync()), before);
      assert.equal(tf.memory().numTensors, tensors);
      tf.dispose([images, labels]);
    });
  }

  it('gives the same picture for the same seed in a batch of any size and order, and other pictures for other seeds', async () => {
    const images = wavyPictures(BATCH, SIZE);
    for (const [name, op] of Object.entries(all)) {
      if (name === 'mixUp' || name === 'cutMix') continue; // mixing partners come from the batch
      const draw = { seed: 7, view: 2, indices: [10, 11, 12, 13, 14] };
      const whole = valuesOf(await op.apply(images, draw));
      assert.deepEqual(valuesOf(await op.apply(images, draw)), whole, `${name}, once more`);
      const rows = [3, 1];
      const some = tf.tidy(() => tf.gather(images, tf.tensor1d(rows, 'int32')));
      const part = valuesOf(await op.apply(some, { ...draw, indices: rows.map((row) => 10 + row) }));
      some.dispose();
      rows.forEach((row, i) => {
        // sums over a batch of another size may be rounded differently in the last digit
        assert.ok(largestError(rowOf(part, i), rowOf(whole, row)) < 0.01, `${name}, picture ${row} in another batch`);
      });
    }
    images.dispose();
  });

  it('changes with seed, view and picture', async () => {
    const images = tf.tidy(() => tf.tile(wavyPictures(1, SIZE), [2, 1, 1, 1]));
    const noise = gaussianNoise({ deviation: [20, 20] });
    const first = valuesOf(await noise.apply(images));
    const others = [valuesOf(await noise.apply(images, { seed: 1 })), valuesOf(await noise.apply(images, { view: 1 }))];
    for (const other of others) assert.ok(largestError(rowOf(other, 0), rowOf(first, 0)) > 10);
    assert.ok(largestError(rowOf(first, 0), rowOf(first, 1)) > 10);
    images.dispose();
  });

  it('does nothing at zero strength', async () => {
    const images = wavyPictures(BATCH, SIZE);
    const before = Float32Array.from(images.dataSync());
    for (const [name, op] of Object.entries(atZero)) {
      const error = largestError(valuesOf(await op.apply(images)), before);
      assert.ok(error === 0, `${name} changes a picture by ${error}`);
    }
    images.dispose();
  });

  it('stays in range and can be repeated at any strength, size and seed', async () => {
    const options = fc.record({
      degrees: fc.double({ min: 0, max: 180, noNaN: true }),
      factor: fc.double({ min: 0, max: 3, noNaN: true }),
      part: fc.double({ min: 0, max: 0.9, noNaN: true }),
      fill: fc.constantFrom('nearest' as const, 'reflect' as const, 'wrap' as const, 'constant' as const),
      size: fc.integer({ min: 4, max: 40 }),
      seed: fc.integer({ min: 0, max: 2 ** 31 }),
    });
    await fc.assert(
      fc.asyncProperty(options, async ({ degrees, factor, part, fill, size, seed }) => {
        const op = augmentation([
          rotation({ degrees, fill }),
          shift({ width: part, height: part, fill }),
          zoom({ factor: part, fill }),
          perspective({ distortion: part, fill }),
          horizontalFlip(),
          brightness({ factor }),
          contrast({ factor }),
          saturation({ factor }),
          randomErasing({ probability: part }),
        ]);
        const images = wavyPictures(2, size);
        const [once, again] = [valuesOf(await op.apply(images, { seed })), valuesOf(await op.apply(images, { seed }))];
        images.dispose();
        assert.ok(once.every((value) => value >= 0 && value <= 255));
        assert.deepEqual(once, again);
      }),
      { numRuns: 40 },
    );
  });
});

describe('augmentation', () => {
  it('merges consecutive operations into one transform and one colour matrix, with the same result as one after the other', async () => {
    const images = tf.tidy(() => wavyPictures(3, SIZE).mul(0.5).add(50) as tf.Tensor4D); // fill modes that lose no pixels
    const fixed = [
      brightness({ factor: [1.2, 1.2] }),
      contrast({ factor: [0.6, 0.6] }),
      saturation({ factor: [0.4, 0.4] }),
    ];
    const together = valuesOf(await augmentation(fixed).apply(images));
    let one = images.clone();
    for (const op of fixed) {
      const before = one;
      one = await op.apply(before);
      before.dispose();
    }
    assert.ok(largestError(together, valuesOf(one)) < 0.01);
    images.dispose();
  });

  it('rotates a picture there and back without blur, because pixels are interpolated once', async () => {
    const images = wavyPictures(2, SIZE);
    const before = Float32Array.from(images.dataSync());
    const thereAndBack = augmentation([rotation({ degrees: [30, 30] }), rotation({ degrees: [-30, -30] })]);
    assert.ok(largestError(valuesOf(await thereAndBack.apply(images)), before) < 0.05);
    images.dispose();
  });

  it('is itself an operation, identified by its settings', () => {
    const inner = augmentation([rotation({ degrees: 10 }), horizontalFlip()]);
    const outer = augmentation([inner, brightness()]);
    assert.deepEqual(
      outer.ops.map(({ name }) => name),
      ['rotation', 'horizontalFlip', 'brightness'],
    );
    assert.notDeepEqual(outer.settings, augmentation([inner, brightness({ factor: 0.3 })]).settings);
    assert.deepEqual(JSON.parse(JSON.stringify(outer.settings)), outer.settings);
  });

  it('says which option does not fit', async () => {
    const images = wavyPictures(2, SIZE);
    await assert.rejects(mixUp().apply(images), /mixUp mixes pictures and their labels: call apply\(\{ images, labels/);
    const labels = oneHot(3);
    await assert.rejects(
      mixUp().apply({ images, labels }),
      /labels must be \[2, classes\], one-hot or mixed, got \[3,3\]/,
    );
    await assert.rejects(rotation().apply(images, { indices: [1] }), /1 indices for 2 pictures/);
    const whole = images.toInt() as tf.Tensor4D;
    await assert.rejects(rotation().apply(whole), /must be float32 \[batch, height, width, channels\] of 0 to 255/);
    const gray = tf.tidy(() => images.mean(3, true) as tf.Tensor4D);
    await assert.rejects(brightness().apply(gray), /colour operations need pictures with 3 channels/);
    tf.dispose([images, labels, whole, gray]);
    assert.throws(() => rotation({ degrees: -3 }), /rotation: degrees must be a number >= 0 or a range \[from, to\]/);
    assert.throws(
      () => solarize({ threshold: 3 as unknown as [number, number] }),
      /solarize: threshold must be a range \[from, to\] with limits >= 0 and <= 256, got 3/,
    );
    assert.throws(() => rotation({ fill: 'mirror' as 'wrap' }), /fill must be one of nearest, reflect, wrap, constant/);
    assert.throws(() => zoom({ factors: 1 } as object), /unknown option 'factors'; the options are factor/);
    assert.throws(
      () => augmentation([rotation] as unknown as Augmentation[]),
      /expected a list of operations.*a function at position 0/,
    );
  });
});

import assert from 'node:assert/strict';
import {
  augmentationKey,
  augmentPictures,
  contentIndex,
  cutMix,
  horizontalFlip,
  mixUp,
  predictWithViews,
  presetAugmentation,
  rotation,
} from '../../src/augment';
import { sha256 } from '../../src/core/files';
import { tf } from '../../src/tensorflow';
import { largestError, valuesOf, wavyPictures } from './pictures';

/** Pictures of one value each (10, 20, 30, ...), so that the share of each in a mixture can be computed. */
function evenPictures(batch: number, size = 16): tf.Tensor4D {
  return tf.tidy(
    () => tf.tile(tf.range(10, 10 * batch + 1, 10).reshape([batch, 1, 1, 1]), [1, size, size, 3]) as tf.Tensor4D,
  );
}

const oneHot = (batch: number) =>
  tf.tidy(() => tf.oneHot(tf.range(0, batch, 1, 'int32'), batch).toFloat() as tf.Tensor2D);
const tone = tf.tensor2d([[10], [20], [30], [40], [50], [60]]);

describe('mixing', () => {
  after(() => tone.dispose());

  for (const [name, mix] of Object.entries({ mixUp, cutMix })) {
    it(`${name} mixes two pictures and their labels in the same proportion`, async () => {
      const [images, labels] = [evenPictures(6), oneHot(6)];
      const result = await mix({ alpha: 1 }).apply({ images, labels }, { seed: 4 });
      const means = valuesOf(tf.tidy(() => result.images.mean([1, 2, 3])));
      const expected = valuesOf(tf.tidy(() => result.labels.matMul(tone).flatten()));
      assert.ok(largestError(means, expected) < 1e-3, `means ${means}, by the labels ${expected}`);
      const parts = valuesOf(tf.tidy(() => result.labels.greater(0).sum(1)));
      assert.ok(parts.every((count) => count === 1 || count === 2));
      assert.ok(parts.some((count) => count === 2));
      tf.dispose([images, labels, result.images, result.labels]);
    });

    it(`${name} changes nothing at probability 0`, async () => {
      const [images, labels] = [evenPictures(4), oneHot(4)];
      const result = await mix({ probability: 0 }).apply({ images, labels });
      assert.deepEqual(valuesOf(result.images), images.dataSync());
      assert.deepEqual(valuesOf(result.labels), labels.dataSync());
      tf.dispose([images, labels]);
    });
  }

  it('cutMix pastes a box: each pixel comes from one of the two pictures', async () => {
    const [images, labels] = [evenPictures(6), oneHot(6)];
    const result = await cutMix().apply({ images, labels }, { seed: 1 });
    assert.ok(valuesOf(result.images).every((value) => value % 10 === 0));
    tf.dispose([images, labels, result.labels]);
  });

  it('draws proportions from a Beta distribution: the mean of Beta(2, 2) is 1/2 and its variance 1/20', async () => {
    const { drawShares } = await import('../../src/augment/range.js');
    const { Random } = await import('../../src/core/random.js');
    const random = new Random(1, 'shares');
    const shares = Array.from({ length: 20_000 }, () => drawShares(random, 2, 2)[0]!);
    const mean = shares.reduce((a, b) => a + b, 0) / shares.length;
    const variance = shares.reduce((sum, share) => sum + (share - mean) ** 2, 0) / shares.length;
    assert.ok(Math.abs(mean - 0.5) < 0.01 && Math.abs(variance - 0.05) < 0.002, `mean ${mean}, variance ${variance}`);
  });
});

describe('noise', () => {
  it('has the requested standard deviation and amount', async () => {
    const { gaussianNoise, saltAndPepper } = await import('../../src/augment/index.js');
    const gray = tf.fill<tf.Rank.R4>([2, 64, 64, 3], 128);
    const noisy = valuesOf(await gaussianNoise({ deviation: [12, 12] }).apply(gray));
    const deviation = Math.sqrt(noisy.reduce((sum, value) => sum + (value - 128) ** 2, 0) / noisy.length);
    assert.ok(Math.abs(deviation - 12) < 0.3, `deviation ${deviation}`);
    const speckled = valuesOf(await saltAndPepper({ amount: [0.1, 0.1] }).apply(gray));
    const part = (tone: number) => speckled.filter((value) => value === tone).length / speckled.length;
    assert.ok(Math.abs(part(0) - 0.05) < 0.01 && Math.abs(part(255) - 0.05) < 0.01);
    gray.dispose();
  });
});

describe('augmentPictures', () => {
  it('augments bytes in the same way as tensors, and seeds each picture by its content', async () => {
    const images = wavyPictures(2, 16);
    const length = 16 * 16 * 3;
    const bytes = Uint8Array.from(images.dataSync());
    const pictures = [bytes.subarray(0, length), bytes.subarray(length)];
    const indices = pictures.map((picture) => contentIndex(sha256(picture)));
    const turned = rotation({ degrees: [10, 30] });
    const [first, second] = await augmentPictures(pictures, 16, turned, { indices });
    const expected = valuesOf(await turned.apply(images, { indices }));
    assert.ok(largestError([...first!, ...second!], expected) <= 0.5 + 1e-3);
    const [alone] = await augmentPictures([pictures[1]!], 16, turned, { indices: [indices[1]!] });
    assert.deepEqual(alone, second);
    await assert.rejects(augmentPictures([bytes], 16, turned), /expected 16 x 16 x 3 bytes/);
    // twelve channels of 8 x 8 pixels are as many bytes as three of 16 x 16: the number of channels is not guessed
    await assert.rejects(augmentPictures(pictures, 8, turned), /expected 8 x 8 x 3 bytes/);
    const [grey] = await augmentPictures([bytes.subarray(0, 64)], 8, horizontalFlip({ probability: 1 }), {}, 1);
    assert.deepEqual([...grey!.subarray(0, 8)], [...bytes.subarray(0, 8)].reverse());
    images.dispose();
  });

  it('has a key that depends only on the settings', () => {
    const key = (degrees: number) => augmentationKey(rotation({ degrees }));
    assert.equal(key(10), key(10));
    assert.notEqual(key(10), key(11));
  });
});

describe('presets and test-time augmentation', () => {
  it('finds presets by name, and lists them for an unknown name', () => {
    assert.equal(presetAugmentation('none'), undefined);
    assert.equal(presetAugmentation('article')!.name, 'rotation + shift + horizontalFlip');
    assert.throws(
      // @ts-expect-error: no such preset
      () => presetAugmentation('heavy'),
      /unknown augmentation 'heavy'; the augmentations are none, light, standard/,
    );
  });

  it('averages predictions over views, and equals the plain prediction without views', async () => {
    const images = wavyPictures(3, 16);
    const predict = (batch: tf.Tensor4D) => tf.softmax(batch.mean([1, 2]).div(10)) as tf.Tensor2D; // [batch, 3]
    const plain = valuesOf(tf.tidy(() => predict(images)));
    const before = tf.memory().numTensors;
    assert.deepEqual(valuesOf(await predictWithViews(predict, images, { views: 0 })), plain);
    const averaged = await predictWithViews(predict, images, { views: 3 });
    assert.ok(largestError(valuesOf(tf.tidy(() => averaged.sum(1))), [1, 1, 1]) < 1e-5);
    averaged.dispose();
    assert.equal(tf.memory().numTensors, before);
    images.dispose();
  });
});

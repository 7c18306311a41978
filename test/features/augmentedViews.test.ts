import assert from 'node:assert/strict';
import { type Augmentation, augmentation, horizontalFlip, rotation } from '../../src/augment';
import { type Example, imageFolder } from '../../src/data';
import { extractFeatures, frozenSource, Pictures } from '../../src/features';
import { featurePart } from '../../src/features/frozenPart';
import { type Backbone, loadBackbone } from '../../src/models';
import { tf } from '../../src/tensorflow';
import { train } from '../../src/training';
import { withEmptyCache } from '../folders';
import { stripesFolder } from '../pictures';

const turned = augmentation([rotation({ degrees: [20, 60] }), horizontalFlip()]);

describe('augmented views of pictures', function () {
  this.timeout(60_000);
  let backbone: Backbone;
  let examples: Example[];
  before(async () => {
    backbone = await loadBackbone('efficientnet-lite0');
    examples = imageFolder(await stripesFolder(2)).examples;
  });

  /** Features of views 0 to `views` of pictures, and how many of them were computed. */
  async function featuresOfViews(
    some: readonly Example[],
    { change = turned as Augmentation, views = 2, seed = 0, disk }: Partial<Options> = {},
  ) {
    const { preprocessing, features: length } = backbone.entry;
    const pictures = await Pictures.open(some, preprocessing);
    let computed = 0;
    const listener = { onProgress: () => void computed++ }; // one batch per view
    const source = pictures.source(some, { augmentation: change, views, seed });
    const kept = (await frozenSource(source, featurePart(backbone.model, length), { disk, listener }))!;
    const values: Float32Array[] = [];
    for (let view = 0; view <= views; view++) {
      const { x, y } = await kept.batch([...some.keys()], view);
      assert.deepEqual(
        [...y.dataSync()],
        some.map(({ label }) => label),
      );
      values.push(x.dataSync() as Float32Array);
      tf.dispose([x, y]);
    }
    return { values, computed };
  }
  interface Options {
    change: Augmentation;
    views: number;
    seed: number;
    disk: number;
  }

  it('have their own features, computed once and cached by augmentation, seed and number', () =>
    withEmptyCache(async () => {
      const plain = await extractFeatures(backbone, examples);
      const first = await featuresOfViews(examples);
      assert.equal(first.computed, 2); // two views of six pictures; the features of the pictures themselves were in the cache
      assert.deepEqual(first.values[0], plain.values);
      assert.notDeepEqual(first.values[1], plain.values);
      assert.notDeepEqual(first.values[1], first.values[2]);
      const again = await featuresOfViews(examples);
      assert.equal(again.computed, 0);
      assert.deepEqual(again.values, first.values);
      assert.equal((await featuresOfViews(examples, { change: rotation(), views: 1 })).computed, 1);
      assert.equal((await featuresOfViews(examples, { views: 1, seed: 1 })).computed, 1);
      const one = await featuresOfViews([examples[3]!], { views: 1, disk: 0 });
      const { length } = plain;
      assert.deepEqual(one.values[1], first.values[1]!.subarray(3 * length, 4 * length)); // independent of the rest of the batch
    }));

  it('are used for training only, and change the trained model', async () => {
    const data = imageFolder(await stripesFolder(4));
    const settings = { epochs: 3, validation: 0.5, views: 1, cache: false };
    const plain = await train(data, settings);
    const augmented = await train(data, { ...settings, augment: 'standard' });
    assert.equal(augmented.settings.augment, 'standard');
    assert.deepEqual(augmented.split, plain.split);
    assert.equal(augmented.dataFingerprint, plain.dataFingerprint);
    assert.equal(augmented.history[0]!.loss, plain.history[0]!.loss); // the first epoch uses the pictures themselves
    assert.notEqual(augmented.loss, plain.loss);
    await assert.rejects(
      // @ts-expect-error: no such preset
      train(data, { augment: 'heavy' }),
      /unknown augmentation 'heavy'; the augmentations are none, light/,
    );
  });
});

import assert from 'node:assert/strict';
import { augmentation, horizontalFlip, rotation } from '../../src/augment';
import { imageFolder } from '../../src/data';
import { extractFeatures, extractViews, selectRows, withViews } from '../../src/features';
import { type Backbone, loadBackbone } from '../../src/models';
import { train } from '../../src/training';
import { withEmptyCache } from '../folders';
import { stripesFolder } from '../pictures';

const turned = augmentation([rotation({ degrees: [20, 60] }), horizontalFlip()]);

describe('augmented views of pictures', function () {
  this.timeout(60_000);
  let backbone: Backbone;
  let examples: ReturnType<typeof imageFolder>['examples'];
  before(async () => {
    backbone = await loadBackbone('efficientnet-lite0');
    examples = imageFolder(await stripesFolder(2)).examples;
  });

  it('have features of their own, computed once and kept by augmentation, seed and number', () =>
    withEmptyCache(async () => {
      const plain = await extractFeatures(backbone, examples);
      const options = { augmentation: turned, views: 2, batchSize: 4 };
      const first = await extractViews(backbone, examples, options);
      assert.deepEqual(
        first.map(({ cached }) => cached),
        [0, 0],
      );
      assert.notDeepEqual(first[0]!.values, plain.values);
      assert.notDeepEqual(first[0]!.values, first[1]!.values);
      const again = await extractViews(backbone, examples, options);
      assert.deepEqual(
        again.map(({ cached }) => cached),
        [6, 6],
      );
      assert.deepEqual(
        again.map(({ values }) => values),
        first.map(({ values }) => values),
      );
      const [other] = await extractViews(backbone, examples, { ...options, augmentation: rotation(), views: 1 });
      assert.equal(other!.cached, 0);
      const [seeded] = await extractViews(backbone, examples, { ...options, views: 1, seed: 1 });
      assert.equal(seeded!.cached, 0);
      const [one] = await extractViews(backbone, [examples[3]!], { ...options, views: 1, cache: false });
      const { length } = plain;
      const kept = first[0]!.values.subarray(3 * length, 4 * length);
      assert.ok(one!.values.every((value, i) => Math.abs(value - kept[i]!) < 1e-3)); // in a batch of another size
    }));

  it('stand after the pictures themselves, with the labels of their pictures', () =>
    withEmptyCache(async () => {
      const plain = await extractFeatures(backbone, examples);
      const rows = selectRows(plain, examples.slice(0, 5));
      const views = await extractViews(backbone, rows.examples, { augmentation: turned, views: 2 });
      const all = withViews(rows, views);
      assert.equal(all.values.length, 15 * plain.length);
      assert.deepEqual(
        [...all.labels],
        [0, 0, 1, 1, 2, 0, 0, 1, 1, 2, 0, 0, 1, 1, 2].map((_, i) => rows.labels[i % 5]),
      );
      assert.deepEqual(all.values.subarray(0, rows.values.length), rows.values);
    }));

  it('are for training only, and change what is learned', async () => {
    const data = imageFolder(await stripesFolder(4));
    const settings = { epochs: 3, validation: 0.5, views: 1, cache: false };
    const plain = await train(data, settings);
    const augmented = await train(data, { ...settings, augment: 'standard' });
    assert.equal(augmented.settings.augment, 'standard');
    assert.deepEqual(augmented.split, plain.split);
    assert.equal(augmented.dataFingerprint, plain.dataFingerprint);
    assert.notEqual(augmented.loss, plain.loss);
    await assert.rejects(train(data, { augment: 'heavy' }), /unknown augmentation 'heavy'; there are none, light/);
  });
});

import assert from 'node:assert/strict';
import { buildHead, fit, tf, training } from '../../src';
import { buildMixing } from '../../src/training/mixing';
import { formula } from './formulas';

const classes = 3;
const rows = [4, 9, 2, 7, 1, 5];
const values = (shape: number[]) => formula(rows.length * shape.reduce((a, b) => a * b, 1), 1.3);
const batchOf = (shape: number[]) => ({
  x: tf.tensor(values(shape), [rows.length, ...shape]),
  y: tf.tensor1d([0, 1, 2, 0, 1, 2], 'int32'),
});

/** How much of its own each example kept, by its label. */
const kept = (labels: number[][]) => labels.map((row, i) => row[i % classes]!);

async function mixed(name: 'mixup' | 'cutmix', shape: number[], epoch = 1, seed = 0) {
  const { x, y } = await buildMixing(name, { shape, classes, seed })!(batchOf(shape), rows, epoch);
  const result = { shape: x.shape, x: Array.from(x.dataSync()), labels: (await y.array()) as number[][] };
  tf.dispose([x, y]);
  return result;
}

describe('mixing the batches of a training', () => {
  it('by mixup blends each input with another one as its label says, feature vectors and maps alike', async () => {
    const shares: number[] = [];
    for (const [shape, epoch] of [
      [[5], 1],
      [[2, 2, 4], 2],
      [[3], 3],
      [[1, 1, 2], 4],
    ] as const) {
      const { shape: after, x, labels } = await mixed('mixup', [...shape], epoch);
      assert.deepEqual(after, [rows.length, ...shape]);
      const before = values([...shape]);
      const size = before.length / rows.length;
      shares.push(...kept(labels));
      const row = (of: ArrayLike<number>, i: number) => Array.from(of).slice(i * size, (i + 1) * size);
      for (const [i, share] of kept(labels).entries()) {
        assert.ok(Math.abs(labels[i]!.reduce((sum, p) => sum + p, 0) - 1) < 1e-6);
        const partner = rows.findIndex((_, j) => {
          const blend = row(before, i).map((value, k) => share * value + (1 - share) * row(before, j)[k]!);
          return blend.every((value, k) => Math.abs(value - row(x, i)[k]!) < 1e-5);
        });
        assert.ok(partner >= 0 || labels[i]!.includes(1), `input ${i} is a blend of two inputs`);
      }
    }
    assert.ok(shares.some((share) => share > 0.1 && share < 0.9));
  });

  it('by CutMix pastes a box whose area the label tells', async () => {
    const size = 16;
    const { x, labels } = await mixed('cutmix', [size, size, 1]);
    const before = values([size, size, 1]);
    for (const [i, share] of kept(labels).entries()) {
      const own = Array.from({ length: size ** 2 }, (_, k) => i * size ** 2 + k).filter((k) => x[k] === before[k]);
      if (!labels[i]!.includes(1)) assert.ok(Math.abs(own.length / size ** 2 - share) < 1e-6);
    }
    assert.ok(kept(labels).some((share) => share > 0 && share < 1));
  });

  it('depends on seed and epoch only', async () => {
    assert.deepEqual(await mixed('mixup', [5]), await mixed('mixup', [5]));
    assert.notDeepEqual((await mixed('mixup', [5])).x, (await mixed('mixup', [5], 2)).x);
    assert.notDeepEqual((await mixed('mixup', [5])).x, (await mixed('mixup', [5], 1, 1)).x);
  });

  it('leaves no tensor behind', async () => {
    const before = tf.memory().numTensors;
    for (const name of ['mixup', 'cutmix'] as const) await mixed(name, [4, 4, 2]);
    assert.equal(tf.memory().numTensors, before);
  });

  it('trains against the blend: a blend of two classes becomes as likely as both', async () => {
    // two points, one of each class: with mixup the logit between them rises evenly, without it as steeply as it can
    const data = { values: Float32Array.from([1, -1, 1, -1]), shape: [1], labels: Int32Array.from([0, 1, 0, 1]) };
    const options = { epochs: 150, learningRate: 0.1, batchSize: 4 } as const;
    const steepness = async (mixing: 'none' | 'mixup') => {
      const model = buildHead(1, 2, { dropout: 0, seed: 0 });
      await fit(model, { train: data }, { ...options, mixing });
      return Math.abs(model.getWeights()[0]!.dataSync()[0]!);
    };
    assert.ok((await steepness('mixup')) < 0.8 * (await steepness('none')));
  });

  it('cannot paste boxes into features', () => {
    assert.throws(() => buildMixing('cutmix', { shape: [1280], classes, seed: 0 }), /take 'mixup'/);
    assert.throws(
      () => training.trainSettings({ variant: 'feature-extraction', mixing: 'cutmix' }),
      /trains only a head on pooled features: take mixing 'mixup'/,
    );
    assert.throws(() => training.trainSettings({ mixing: 'cutout' as 'mixup' }), /the mixings are none, mixup, cutmix/);
  });
});

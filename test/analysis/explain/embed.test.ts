import assert from 'node:assert/strict';
import { join } from 'node:path';
import {
  embed,
  embedPictures,
  explainPictures,
  mistakes,
  suspectPictures,
  topLosses,
} from '../../../src/analysis/explain';
import { pictureGrid } from '../../../src/charts';
import { Random } from '../../../src/core/random';
import { imageFolder } from '../../../src/data';
import { extractFeatures } from '../../../src/features';
import { type TrainResult, train } from '../../../src/training';
import { mistake } from '../../mistake';
import { stripesFolder } from '../../pictures';

/** Three clusters in ten dimensions, far from each other in the first two. */
function clouds(each = 20): { values: Float32Array; of: number[] } {
  const random = new Random(2, 'clouds');
  const of = Array.from({ length: 3 * each }, (_, i) => i % 3);
  const rows = of.map((c) =>
    [c === 1 ? 20 : 0, c === 2 ? 12 : 0, ...Array(8).fill(0)].map((v) => v + random.uniform()),
  );
  return { values: Float32Array.from(rows.flat()), of };
}

/** How often a point's nearest neighbour belongs to the same cluster. */
function together(points: readonly { x: number; y: number }[], of: readonly number[]): number {
  const nearest = points.map(({ x, y }, i) => {
    const far = points.map((p, j) => (j === i ? Infinity : (p.x - x) ** 2 + (p.y - y) ** 2));
    return far.indexOf(Math.min(...far));
  });
  return nearest.filter((j, i) => of[j] === of[i]).length / of.length;
}

describe('embed', () => {
  it('keeps distances as well as two directions can (PCA)', () => {
    const { values, of } = clouds();
    const points = embed(values, 10);
    const middle = (c: number) => {
      const own = points.filter((_, i) => of[i] === c);
      return [own.reduce((s, p) => s + p.x, 0) / own.length, own.reduce((s, p) => s + p.y, 0) / own.length] as const;
    };
    const distance = (a: number, b: number) => Math.hypot(middle(a)[0] - middle(b)[0], middle(a)[1] - middle(b)[1]);
    assert.ok(Math.abs(distance(0, 1) - 20) < 0.5, String(distance(0, 1)));
    assert.ok(Math.abs(distance(0, 2) - 12) < 0.5, String(distance(0, 2)));
    assert.equal(together(points, of), 1);
  });

  it('puts equal rows at the same point (PCA)', () => {
    assert.deepEqual(embed(new Float32Array(30).fill(2), 10), Array(3).fill({ x: 0, y: 0 }));
    const pairs = embed(Float32Array.of(1, 2, 1, 2, 5, 5, 5, 5), 2);
    assert.ok(pairs.every(({ y }) => y === 0) && pairs[0]!.x === pairs[1]!.x && pairs[0]!.x !== pairs[2]!.x);
  });

  it('keeps neighbours (UMAP), the same for the same seed', () => {
    const { values, of } = clouds();
    const points = embed(values, 10, { method: 'umap', seed: 1 });
    assert.ok(together(points, of) > 0.95);
    assert.deepEqual(embed(values, 10, { method: 'umap', seed: 1 }), points);
    assert.notDeepEqual(embed(values, 10, { method: 'umap', seed: 2 }), points);
  });

  it('refuses too few rows, features that are not finite and unknown methods', () => {
    mistake(() => embed(new Float32Array(20), 10), 'at least three rows');
    mistake(() => embed(new Float32Array(30).fill(Number.NaN), 10), 'not a finite number');
    mistake(() => embed(new Float32Array(30), 10, { method: 'tsne' as 'pca' }), "'pca' or 'umap', got 'tsne'");
  });
});

describe('galleries', function () {
  this.timeout(120_000);
  let result: TrainResult;
  before(async () => {
    result = await train(imageFolder(await stripesFolder(8)), { seed: 3, epochs: 2, cache: false });
  });

  it('show the highest losses first, with the wrong prediction', async () => {
    const shown = await topLosses(result, { count: 3 });
    assert.equal(shown.length, 3);
    const losses = shown.map(({ detail }) => Number(/loss ([\d.]+)/.exec(detail!)![1]));
    assert.deepEqual(
      losses,
      [...losses].sort((a, b) => b - a),
    );
    assert.match(pictureGrid(shown).usermeta.text, /predicted (blue|green|red)/);
  });

  it('show mistakes with both probabilities, and suspect labels', async () => {
    const wrong = result.predictions.map((p, i) => (i === 0 ? { ...p, label: (p.label + 1) % 3 } : p));
    const shown = await mistakes({ ...result, predictions: wrong });
    assert.match(shown[0]!.detail!, /^is (blue|green|red) \d+%$/);
    assert.deepEqual(await suspectPictures({ ...result, predictions: wrong.slice(1) }), []);
  });

  it('show Grad-CAM over pictures, for a head that was trained on features', async () => {
    const shown = await explainPictures(result, undefined, { count: 4 });
    assert.ok(shown.length >= 2 && shown.every(({ url }) => url.startsWith('data:image/jpeg;base64,')));
    assert.match(shown[1]!.label, /^why /);
  });

  it('embed pictures with their thumbnails, crossing out what was predicted wrongly', async () => {
    const features = await extractFeatures(result.backbone, result.split.validation, { cache: false });
    const points = await embedPictures(features, result.classes, { predictions: result.predictions });
    assert.equal(points.length, result.predictions.length);
    assert.ok(points.every(({ url }) => url!.startsWith('data:')));
    assert.ok(join(points[0]!.note!).length > 0);
    await assert.rejects(
      embedPictures({ ...features, examples: features.examples.slice(1) }, result.classes),
      /got 6 rows of features, 5 examples and 6 labels/,
    );
  });

  it('refuse classes and predictions of different runs, and show nothing for an empty list', async () => {
    const { classes, predictions } = result;
    const other = /label \d, the prediction \d and 3 probabilities, which do not fit the 2 classes/;
    for (const gallery of [topLosses, mistakes, suspectPictures])
      await assert.rejects(gallery({ classes: classes.slice(1), predictions }), other);
    const wrong = predictions.map((each) => ({ ...each, label: 3 }));
    await assert.rejects(topLosses({ classes, predictions: wrong }), /has the label 3/);
    await assert.rejects(explainPictures(result, wrong), /has the label 3/);
    await assert.rejects(mistakes(result, { count: 0 }), /count must be a whole number >= 1/);
    assert.deepEqual(await mistakes({ classes, predictions: [] }), []);
  });
});

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { gradCam, type Heatmap } from '../../../src/analysis/explain';
import { decodePicture, type Example, imageFolder } from '../../../src/data';
import { extractFeatures, selectRows } from '../../../src/features';
import { attachHead, buildHead } from '../../../src/layers';
import {
  assignRandomWeights,
  type Backbone,
  type BackboneName,
  backboneEntry,
  buildArchitecture,
  preprocess,
} from '../../../src/models';
import { tf } from '../../../src/tensorflow';
import { fit, train } from '../../../src/training';
import { withEmptyCache } from '../../folders';
import { relativeError } from '../../models/keras';
import { stripesFolder } from '../../pictures';
import { fill } from './classifier';

/** A small backbone for pictures of `size` pixels, with weights from a formula. */
function backboneOf(name: BackboneName, size: number): Backbone {
  const { model, blocks } = buildArchitecture(name, { includeTop: false, inputSize: size });
  fill(model);
  const entry = backboneEntry(name);
  return {
    entry: { ...entry, preprocessing: { ...entry.preprocessing, inputSize: size } },
    ...{ model, includeTop: false, weightsHash: 'a formula' },
    ...{ blocks: blocks.map((block) => block.name), blockLayers: blocks },
  };
}

const decoded = (examples: readonly Pick<Example, 'file'>[], { entry }: Pick<Backbone, 'entry'>) =>
  Promise.all(examples.map(({ file }) => decodePicture(readFileSync(file), entry.preprocessing)));

function sameMaps(actual: readonly Heatmap[], expected: readonly Heatmap[]): void {
  assert.equal(actual.length, expected.length);
  actual.forEach((map, i) => {
    const error = relativeError(map.values, expected[i]!.values);
    if (process.env.TUNEBOOK_SHOW_ERRORS) console.log(`picture ${i}`, error);
    assert.ok(error < 1e-4, `picture ${i}: ${error}`);
    assert.equal(map.class, expected[i]!.class);
    assert.ok(Math.abs(map.probability - expected[i]!.probability) < 1e-4);
  });
}

const largestOf = (values: ArrayLike<number>) => Math.max(...Array.from(values));

/**
 * Class activation maps (Zhou et al. 2016): the last feature maps, weighted with the class's column of the kernel. They need no
 * gradient, and equal Grad-CAM if one dense layer follows global average pooling.
 */
function activationMaps({ entry, model }: Backbone, kernel: tf.Tensor, pictures: Uint8Array[], classes: number[]) {
  const pooling = model.layers.findLast((layer) => layer.getClassName() === 'GlobalAveragePooling2D')!;
  const below = tf.model({ inputs: model.inputs, outputs: pooling.input as tf.SymbolicTensor });
  const side = entry.preprocessing.inputSize;
  return tf.tidy(() => {
    const pixels = tf.stack(pictures.map((picture) => tf.tensor3d(picture, [side, side, 3]))) as tf.Tensor4D;
    const maps = below.predict(preprocess(pixels, entry.preprocessing)) as tf.Tensor4D; // [batch, height, width, channels]
    return classes.map((c, i) => {
      const heat = maps
        .slice([i, 0, 0, 0], [1, -1, -1, -1])
        .mul(kernel.slice([0, c], [-1, 1]).flatten())
        .sum(-1)
        .relu();
      return heat.div(heat.max().maximum(1e-12)).dataSync() as Float32Array;
    });
  });
}

describe('Grad-CAM of a trained model', function () {
  this.timeout(120_000);
  let examples: Example[];
  let folder: string;
  before(async () => {
    folder = await stripesFolder(4);
    examples = imageFolder(folder).examples;
  });

  for (const { name, size } of [
    { name: 'efficientnet-lite0', size: 96 },
    { name: 'resnet101', size: 64 },
  ] as const) {
    it(`on cached features of a frozen ${name} equals that of the whole network with these weights`, () =>
      withEmptyCache(async () => {
        const backbone = backboneOf(name, size);
        const chosen = examples.filter((_, i) => i % 2 === 0);
        const head = buildHead(backbone.entry.features, 3);
        await extractFeatures(backbone, chosen);
        const features = await extractFeatures(backbone, chosen);
        assert.equal(features.cached, chosen.length);
        await fit(head, { train: selectRows(features, chosen) }, { epochs: 6, learningRate: 1e-2, seed: 1 });
        const pictures = await decoded(chosen, backbone);
        const maps = gradCam({ backbone, head }, pictures);

        // the head predicts the same from the cached features as from the picture
        const rows = tf.tensor2d(features.values, [chosen.length, features.length]);
        const said = tf.softmax(head.predict(rows) as tf.Tensor2D).arraySync() as number[][];
        maps.forEach((map, i) => {
          assert.ok(Math.abs(map.probability - said[i]![map.class]!) < 1e-4);
          assert.equal(largestOf(said[i]!), said[i]![map.class]);
        });
        const kernel = head.getLayer('logits').getWeights()[0]!;
        const classes = maps.map((map) => map.class);
        const shown = activationMaps(backbone, kernel, pictures, classes)
          .map((expected, i) => ({ expected, values: maps[i]!.values }))
          .filter(({ expected }) => largestOf(expected) > 0); // the map is 0 elsewhere
        assert.ok(shown.length > chosen.length / 2);
        for (const { expected, values } of shown) assert.ok(relativeError(values, expected) < 1e-4);

        const other = backboneOf(name, size);
        const otherHead = buildHead(backbone.entry.features, 3, { seed: 9 });
        otherHead.setWeights(head.getWeights());
        const model = attachHead(other.model, otherHead);
        sameMaps(maps, gradCam({ backbone: other, model }, pictures));
        backbone.model.dispose();
        model.dispose();
      }));
  }

  it('after training of the last blocks, uses the trained weights and not those of before', () =>
    withEmptyCache(async () => {
      const settings = { backbone: 'efficientnet-lite0', weights: 'random', inputSize: 96, seed: 4 } as const;
      const run = await train(imageFolder(folder), {
        ...{
          ...settings,
          variant: 'hybrid',
          recipe: 'none',
          blocks: 2,
          epochs: 3,
          batchSize: 8,
          backboneLearningRate: 1e-2,
        },
      });
      const pictures = await decoded(run.predictions, run.backbone);
      const maps = gradCam(run, pictures);
      maps.forEach((map, i) => {
        const { predicted, probabilities } = run.predictions[i]!;
        assert.equal(map.class, predicted);
        assert.ok(Math.abs(map.probability - probabilities[predicted]!) < 1e-4);
      });
      assert.ok(maps.some(({ values }) => largestOf(values) === 1));

      const backbone = backboneOf(settings.backbone, 96);
      assignRandomWeights(backbone.model, settings.seed); // the weights before training
      const head = buildHead(backbone.entry.features, 3);
      head.setWeights(run.model!.getLayer('logits').getWeights());
      const classes = maps.map((map) => map.class);
      const before = gradCam({ backbone, head }, pictures, { classes });
      assert.ok(maps.some((map, i) => relativeError(before[i]!.values, map.values) > 0.01));
      for (const layer of backbone.model.layers) layer.setWeights(run.model!.getLayer(layer.name).getWeights());
      sameMaps(gradCam({ backbone, head }, pictures), maps);
      run.dispose();
      backbone.model.dispose();
      head.dispose();
    }));
});

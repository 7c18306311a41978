import assert from 'node:assert/strict';
import { recommendBackbone } from '../../src/analysis/advise';
import { writeFileAtomically } from '../../src/core/files';
import { attachHead, buildHead, freeze, layerTable, unfreeze } from '../../src/layers';
import {
  assignRandomWeights,
  type BackboneFamily,
  type BackboneName,
  backboneEntry,
  backbones,
  buildArchitecture,
  familyOf,
  loadBackbone,
  multiplyAdds,
} from '../../src/models';
import { families } from '../../src/models/families';
import { Network } from '../../src/models/network';
import { familyMember, registerFamily, weightsFile } from '../../src/models/registry';
import { writeSafetensors } from '../../src/models/weights/safetensors';
import { tf } from '../../src/tensorflow';
import { temporaryFolder, withEmptyCache } from '../folders';

/** The file of a family: two convolutions of 3 x 3 on pictures of 32 pixels. */
const twoConvolutions = (name: string, convolutions: BackboneFamily['convolutions']): BackboneFamily => ({
  name: 'Two convolutions',
  convolutions,
  members: [
    {
      entry: {
        name,
        title: 'Two convolutions',
        parameters: 3 * 3 * 3 * 4 + 4 * 4 + 3 * 3 * 4 * 8 + 9 * 10,
        features: 8,
        published: { top1: 0.01, source: 'nobody' },
        preprocessing: { inputSize: 32, crop: 1, interpolation: 'bilinear', mean: [0, 0, 0], std: [255, 255, 255] },
        weights: {
          kind: 'keras',
          address: 'https://example.org/',
          top: { file: `${name}.h5`, md5: '0'.repeat(32) },
          noTop: { file: `${name}_notop.h5`, md5: '0'.repeat(32) },
          licence: 'CC0-1.0',
        },
        paper: 'none',
      },
      build(options) {
        const network = new Network(options);
        network.block('first');
        let x = network.convolution(network.input, 'first_conv', { filters: 4, kernel: 3, stride: 2 });
        x = network.batchNormalization(x, 'first_bn');
        network.block('second');
        x = network.convolution(x, 'second_conv', { filters: 8, kernel: 3, stride: 2 });
        network.endBlocks();
        x = network.averagePool(x);
        return network.finish(options.includeTop ? network.dense(x, 'predictions', 10) : x, name);
      },
    },
  ],
});

describe('a family that is added as a file', function () {
  this.timeout(60_000);
  const NAME = 'two-convolutions' as BackboneName; // known to the registry, not to the types
  before(() => registerFamily(twoConvolutions(NAME, 'dense')));
  after(() => {
    delete backbones[NAME];
  });

  it('is in the registry', () => {
    assert.equal(backboneEntry(NAME).title, 'Two convolutions');
    assert.equal(Object.keys(backbones).at(-1), NAME);
    assert.equal(familyOf(NAME).name, 'Two convolutions');
    const { model } = buildArchitecture(NAME);
    assert.equal(model.countParams(), backboneEntry(NAME).parameters);
    model.dispose();
  });

  it('loads, with random weights and with those of a file', async () => {
    const { model, blocks } = await loadBackbone(NAME, { weights: 'none' });
    assert.deepEqual(blocks, ['first', 'second']);
    assignRandomWeights(model, 3);
    const picture = tf.ones([1, 32, 32, 3]);
    const features = (model.predict(picture) as tf.Tensor).dataSync();
    assert.equal(features.length, 8);
    assert.ok(features.some((value) => value !== 0));
    const file = `${temporaryFolder()}/weights.safetensors`;
    const arrays = model.layers.flatMap((layer) =>
      layer.weights.map((weight): [string, { shape: number[]; data: Float32Array }] => [
        `${layer.name}/${weight.originalName.split('/').at(-1)!.replace(/_\d+$/, '')}`,
        { shape: weight.shape as number[], data: weight.read().dataSync() as Float32Array },
      ]),
    );
    writeSafetensors(file, new Map(arrays));
    const again = await loadBackbone(NAME, { weights: file });
    assert.deepEqual((again.model.predict(picture) as tf.Tensor).dataSync(), features);
    for (const one of [model, again.model]) one.dispose();
    picture.dispose();
  });

  it('accepts a head, and is frozen and unfrozen by blocks', async () => {
    const backbone = await loadBackbone(NAME, { weights: 'none' });
    const model = attachHead(backbone.model, buildHead(8, 3));
    const blocks = backbone.blockLayers;
    unfreeze(model, { from: 'second' }, { blocks });
    const trained = () => model.trainableWeights.length - 2; // the head's kernel and bias
    assert.equal(trained(), 1);
    unfreeze(model, 'all', { blocks });
    assert.equal(trained(), 4);
    assert.deepEqual(freeze(model, { upTo: 'first' }, { blocks }), ['input', 'first_conv', 'first_bn']);
    assert.equal(trained(), 1);
    assert.deepEqual([...layerTable(model, { blocks }).array('block')].slice(0, 4), [null, 'first', 'first', 'second']);
    model.dispose();
  });

  it('is used in recommendations, with its multiply-adds and its kind of convolutions', async () => {
    const { model } = buildArchitecture(NAME, { includeTop: false });
    const work = 16 * 16 * 3 * 3 * 3 * 4 + 8 * 8 * 3 * 3 * 4 * 8;
    assert.equal(multiplyAdds(model), work);
    model.dispose();
    await withEmptyCache(async () => {
      writeFileAtomically(weightsFile(backboneEntry(NAME)), 'weights');
      const device = { kind: 'CPU', name: 'a CPU', dense: 1e6, depthwise: 1e3 } as const;
      const { best } = await recommendBackbone({ pictures: 100, names: [NAME], device });
      assert.ok(Math.abs(best.milliseconds - (1000 * work) / device.dense) < 1e-9, `${best.milliseconds}`);
    });
  });

  it('has names that are different from those of others', () => {
    assert.throws(() => registerFamily(twoConvolutions(NAME, 'dense')), /two backbones 'two-convolutions'/);
    assert.throws(() => registerFamily(twoConvolutions('../up', 'dense')), /'..\/up' needs a name of lower-case/);
    assert.equal(Object.hasOwn(backbones, '../up'), false);
  });
});

describe('each family', function () {
  this.timeout(60_000);

  for (const { name, convolutions, members } of families) {
    it(`${name} says correctly whether its convolutions are dense or depthwise`, () => {
      for (const { entry } of members) {
        const inputSize = backboneEntry(entry.name).smallestInput ?? 32;
        const { model } = buildArchitecture(entry.name, { inputSize, includeTop: false });
        const depthwise = model.layers.some((layer) => /^(Depthwise|Separable)Conv2D$/.test(layer.getClassName()));
        assert.equal(convolutions, depthwise ? 'depthwise' : 'dense', entry.name);
        model.dispose();
      }
    });
  }
});

describe('the torch names of EfficientNet-Lite', () => {
  const fromTorch = familyMember('efficientnet-lite1').fromTorch!;
  const stem = { shape: [32, 3, 3, 3], data: new Float32Array(32 * 27) };

  it('are looked up one by one: the first missing one is named', () => {
    assert.throws(
      () => fromTorch(new Map([['_conv_stem.weight', stem]])),
      /^UserError: the torch file has no tensor '_bn0\.weight': it is no EfficientNet-Lite1$/,
    );
  });

  it('are not used if a file does not have them', () => {
    assert.equal(fromTorch(new Map([['stem_conv/kernel', stem]])), undefined);
  });
});

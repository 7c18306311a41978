import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../../src/core/paths';
import { attachHead, buildHead, unfreeze } from '../../src/layers';
import { type BackboneName, backbones } from '../../src/models';
import { tf } from '../../src/tensorflow';
import { fit } from '../../src/training';
import { compareWithTorch, networkOf, type TorchFixture, torchPictures, uniform } from './torchNetworks';

/** The backbone that a network of a library is. */
const OF: Record<string, BackboneName> = {
  'torchvision-resnet18': 'resnet18',
  'torchvision-mobilenet_v2': 'mobilenet-v2',
  'torchvision-mobilenet_v3_small': 'mobilenet-v3-small',
  'timm-mobilenetv3_small_100': 'mobilenet-v3-small',
  'torchvision-efficientnet_b0': 'efficientnet-b0',
  'timm-efficientnet_b0': 'efficientnet-b0',
  'timm-tf_efficientnet_b0': 'efficientnet-b0',
  'timm-densenet121': 'densenet121',
  'timm-convnext_tiny': 'convnext-tiny',
  'timm-convnextv2_atto': 'convnext-v2-atto',
  'timm-mobilenetv4_conv_small': 'mobilenet-v4-small',
  'timm-regnety_004': 'regnet-y-400mf',
  'torchvision-regnet_y_400mf': 'regnet-y-400mf',
  'timm-tf_efficientnetv2_b0': 'efficientnet-v2-b0',
  'torchvision-efficientnet_v2_s': 'efficientnet-v2-s',
  'torchvision-inception_v3': 'inception-v3',
};

/** The first block of the last stage, where a backbone does not have the names of the library. */
const LAST_STAGE: Partial<Record<BackboneName, string>> = { 'efficientnet-v2-b0': 'block6a' };

const fixtures = new Map(
  readdirSync(join(projectFolder, 'test', 'models', 'torch')).map((file): [string, TorchFixture] => [
    file.replace('.json', ''),
    JSON.parse(readFileSync(join(projectFolder, 'test', 'models', 'torch', file), 'utf8')),
  ]),
);

describe('networks of torchvision and timm', function () {
  this.timeout(300_000);

  for (const [key, fixture] of fixtures) {
    const name = OF[key]!;
    it(`${name} gives the same as ${fixture.library}'s ${fixture.name} with the same weights, to 1e-4`, () => {
      const { logits, features, parameters } = compareWithTorch(name, fixture);
      if (process.env.TUNEBOOK_SHOW_ERRORS) console.log(name, logits, features);
      assert.ok(logits < 1e-4, `logits differ by ${logits}`);
      assert.ok(features < 1e-4, `features differ by ${features}`);
      assert.equal(parameters, fixture.parameters);
      if (name === 'resnet18') assert.equal(parameters, backbones[name].parameters);
    });

    if (!fixture.losses) continue;
    for (const [part, expected] of Object.entries(fixture.losses)) {
      it(`${name}: five steps of ${part === 'last' ? 'the last stage and the head' : part} have the losses of torch, to 1e-4`, async () => {
        const losses = await fiveSteps(name, fixture, part);
        losses.forEach((loss, i) => {
          assert.ok(Math.abs(loss / expected[i]! - 1) < 1e-4, `step ${i + 1}: ${loss} for ${expected[i]}`);
        });
      });
    }
  }

  it('have the same features under all names that a library has for them', () => {
    const fixture = fixtures.get('timm-convnext_tiny')!;
    const rename = (line: string) =>
      line
        .replace(/^stem\.(\d)/, 'features.0.$1')
        .replace(/^stages\.(\d)\.downsample\.(\d)/, (_, stage, part) => `features.${2 * stage}.${part}`)
        .replace(
          /^stages\.(\d)\.blocks\.(\d+)\.gamma (\d+)/,
          (_, stage, index, size) => `features.${2 * stage + 1}.${index}.layer_scale ${size} 1 1`,
        )
        .replace(/^stages\.(\d)\.blocks\.(\d+)\./, (_, stage, index) => `features.${2 * stage + 1}.${index}.block.`)
        .replace(/block\.conv_dw/, 'block.0')
        .replace(/block\.norm/, 'block.2')
        .replace(/block\.mlp\.fc1/, 'block.3')
        .replace(/block\.mlp\.fc2/, 'block.5')
        .replace(/^head\.norm/, 'classifier.0')
        .replace(/^head\.fc/, 'classifier.2');
    const theirs = { ...fixture, tensors: fixture.tensors.map(rename) };
    networkOf('convnext-tiny', theirs, false, 'module.').model.dispose();
    networkOf('convnext-tiny', theirs, true).model.dispose();
  });

  it('are those of torchvision under the names that birder has for RegNetY', () => {
    const fixture = fixtures.get('torchvision-regnet_y_400mf')!;
    // as in birder's net/regnet.py
    const rename = (line: string) =>
      line
        .replace(/^trunk_output\.block(\d)\.block\d-(\d+)\./, 'body.stage$1.block.$2.')
        .replace(/\.f\.([abc])\.(\d)/, (_, part, place) => `.f.block.${{ a: 0, b: 1, c: 3 }[part as 'a']}.${place}`)
        .replace(/\.f\.se\./, '.f.block.2.')
        .replace(/^fc\./, 'classifier.');
    const theirs = { ...fixture, tensors: fixture.tensors.map(rename) };
    assert.equal(theirs.tensors.filter((line) => /trunk_output|\.f\.[a-c]\.|^fc/.test(line)).length, 0);
    const { model } = networkOf('regnet-y-400mf', theirs, true);
    assert.equal(model.countParams(), fixture.parameters);
    model.dispose();
  });

  it('of Inception take the pixels that torchvision makes of its normalized ones (transform_input)', () => {
    const member = backbones['inception-v3'].preprocessing;
    for (const pixel of [0, 77, 255]) {
      const inputs = [0.485, 0.456, 0.406].map((mean, c) => {
        const std = [0.229, 0.224, 0.225][c]!;
        return ((pixel / 255 - mean) / std) * (std / 0.5) + (mean - 0.5) / 0.5;
      });
      inputs.forEach((value, c) => {
        assert.ok(Math.abs(value - (pixel - member.mean[c]!) / member.std[c]!) < 1e-6);
      });
    }
  });

  it('are refused for a backbone of another depth, and the first differences are named', () => {
    const fixture = fixtures.get('torchvision-resnet18')!;
    assert.throws(
      () => networkOf('resnet34', fixture, false),
      /resnet18 has no tensor 'layer1\.2\.conv1\.weight'.* and \d+ more, which resnet34 needs/,
    );
    const deeper = { ...fixture, tensors: [...fixture.tensors, 'layer1.2.conv1.weight 1'] };
    assert.throws(() => networkOf('resnet18', deeper, false), /has 'layer1\.2\.conv1', which resnet18 does not have/);
    const wider = {
      ...fixture,
      tensors: fixture.tensors.map((line) => line.replace(/^layer4.0.conv2.weight .*/, 'layer4.0.conv2.weight 2 2')),
    };
    assert.throws(
      () => networkOf('resnet18', wider, false),
      /'layer4\.0\.conv2\.weight' has the shape \[2,2\], expected \[512,512,3,3\]/,
    );
    const headless = { ...fixture, tensors: fixture.tensors.filter((line) => !line.startsWith('fc.')) };
    networkOf('resnet18', headless, false).model.dispose();
    assert.throws(
      () => networkOf('resnet18', headless, true),
      /'fc\.weight', 'fc\.bias'.*load the backbone without one/,
    );
  });
});

/** As torchOracle.py trains: gradient descent on 8 pictures, normalization in inference mode. */
async function fiveSteps(name: BackboneName, fixture: TorchFixture, part: string): Promise<number[]> {
  const { model: backbone, blocks } = networkOf(name, fixture, false);
  const features = backbone.outputs[0]!.shape.at(-1)!;
  const classes = 4;
  const model = attachHead(backbone, buildHead(features, classes, { dropout: 0 }));
  for (const layer of backbone.layers) layer.trainable = false;
  const last = LAST_STAGE[name] ?? fixture.last!;
  const first = part === 'all' ? blocks[0] : blocks.find((block) => part === 'last' && block.name.startsWith(last));
  assert.equal(first !== undefined, part !== 'head');
  if (first) unfreeze(model, { from: first.name }, { blocks });
  const kernel = Float32Array.from(
    uniform('head', classes * features),
    (value) => Math.fround(value) / Math.fround(Math.sqrt(features)),
  );
  model.getLayer('logits').setWeights([tf.tensor2d(kernel, [features, classes]), tf.zeros([classes])]);
  const { size } = fixture;
  const values = torchPictures(size, 8);
  const train = { values, shape: [size, size, 3], labels: Int32Array.from({ length: 8 }, (_, i) => i % classes) };
  const { history } = await fit(
    model,
    { train },
    { epochs: 5, batchSize: 8, optimizer: 'sgd', learningRate: fixture.rate ?? 2e-5 },
  );
  model.dispose();
  return history.map(({ loss }) => loss);
}

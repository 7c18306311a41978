import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../../src/core/paths';
import type { NamedArray } from '../../src/models';
import { fitNetwork } from '../../src/models/fitNetwork';
import { familyMember } from '../../src/models/registry';
import { stateOf, type TorchFixture } from './torchNetworks';

describe('the weights of a ResNet', () => {
  const file = join(projectFolder, 'test', 'models', 'torch', 'torchvision-resnet18.json');
  const { arrays } = stateOf(JSON.parse(readFileSync(file, 'utf8')) as TorchFixture);

  /** The weights as the network has them, read from a file in which tensors have other names; undefined: it lacks the tensor. */
  function read(rename: (name: string) => string | undefined, includeTop = false): Map<string, NamedArray> {
    const renamed = [...arrays].flatMap(([name, array]) => {
      const other = rename(name);
      return other === undefined ? [] : [[other, array] as const];
    });
    const options = { includeTop, inputSize: 64, inputChannels: 3 };
    const saved = { kind: 'torch' as const, arrays: new Map(renamed) };
    const fitted = fitNetwork(familyMember('resnet18'), saved, options, 'other.pth', '');
    fitted.architecture.model.dispose();
    return fitted.arrays;
  }

  // nn.Sequential(conv1, bn1, relu, maxpool, layer1, layer2, layer3, layer4, avgpool)
  const children = ['conv1', 'bn1', 'relu', 'maxpool', 'layer1', 'layer2', 'layer3', 'layer4'];
  const sequential = (name: string) => {
    const [first, ...rest] = name.split('.');
    return first === 'fc' ? undefined : [children.indexOf(first!), ...rest].join('.');
  };
  /** transformers/models/resnet/modeling_resnet.py */
  const transformers = (name: string) =>
    name
      .replace(/^fc/, 'classifier.1')
      .replace(/^conv1/, 'resnet.embedder.embedder.convolution')
      .replace(/^bn1/, 'resnet.embedder.embedder.normalization')
      .replace(/^layer1/, 'resnet.encoder.stages.0.layers')
      .replace(/^layer2/, 'resnet.encoder.stages.1.layers')
      .replace(/^layer3/, 'resnet.encoder.stages.2.layers')
      .replace(/^layer4/, 'resnet.encoder.stages.3.layers')
      .replace('downsample.0', 'shortcut.convolution')
      .replace('downsample.1', 'shortcut.normalization')
      .replace(/(layers\.\d)\.conv1/, '$1.layer.0.convolution')
      .replace(/(layers\.\d)\.bn1/, '$1.layer.0.normalization')
      .replace(/(layers\.\d)\.conv2/, '$1.layer.1.convolution')
      .replace(/(layers\.\d)\.bn2/, '$1.layer.1.normalization');

  const ways: [string, (name: string) => string | undefined][] = [
    ['a Sequential of its layers, as extractors of features', sequential],
    [
      'a Sequential in a model, as in fastai',
      (name) => (name.startsWith('fc') ? '1.8.weight' : `0.${sequential(name)}`),
    ],
    ["Hugging Face's transformers", transformers],
    ["Hugging Face's transformers, without a classifier", (name) => transformers(name).replace(/^resnet\./, '')],
  ];
  for (const [what, rename] of ways) {
    it(`can have the names of ${what}`, () => {
      assert.deepEqual(
        read(rename),
        read((name) => name),
      );
    });
  }

  it('have the classifier of transformers', () => {
    assert.deepEqual(
      read(transformers, true),
      read((name) => name, true),
    );
    assert.throws(() => read(sequential, true), /it has no such classifier; load the backbone without one/);
  });

  it('are refused if a block is missing', () => {
    const shorter = (name: string) => (/^layer4\.1/.test(name) ? undefined : sequential(name));
    assert.throws(() => read(shorter), /has no tensor '7\.1\.conv1\.weight', '7\.1\.bn1\.weight'/);
  });
});

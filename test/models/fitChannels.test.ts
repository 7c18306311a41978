import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../../src/core/paths';
import { backbones } from '../../src/models';
import { fitChannels } from '../../src/models/fitChannels';
import { fitNetwork } from '../../src/models/fitNetwork';
import { familyMember } from '../../src/models/registry';
import { stateOf } from './torchNetworks';

const XRAY = 'nih-pc-chex-mimic_ch-google-openi-kaggle-densenet121-d121-tw-lr001-rot45-tr15-sc15-seed0-best.pt';

describe('the preprocessing of pictures with other channels', () => {
  const { preprocessing } = backbones.resnet18;

  it('is the same for as many channels as the weights have', () => {
    assert.deepEqual(fitChannels(preprocessing, 3), { preprocessing, unknown: false });
  });

  it('has the average of the colours for one channel, and no order of colours', () => {
    const { preprocessing: grey, unknown } = fitChannels(backbones.resnet50.preprocessing, 1);
    const { mean, std, channels, channelOrder } = grey;
    assert.deepEqual([std, channels, channelOrder, unknown], [[1], 1, undefined, false]);
    assert.ok(Math.abs(mean[0]! - (123.68 + 116.779 + 103.939) / 3) < 1e-9);
  });

  it('is unknown for bands until it is measured', () => {
    const { preprocessing: bands, unknown } = fitChannels(preprocessing, 13);
    assert.equal(unknown, true);
    assert.deepEqual([bands.channels, bands.mean, bands.std], [13, Array(13).fill(127.5), Array(13).fill(127.5)]);
  });

  it('is that of torchxrayvision for its files: X-rays from -1024 to 1024, also in three equal channels', () => {
    const fixture = JSON.parse(
      readFileSync(join(projectFolder, 'test', 'models', 'torch', 'timm-densenet121.json'), 'utf8'),
    );
    const tensors = fixture.tensors.map((line: string) =>
      line.replace('conv0.weight 64 3 7 7', 'conv0.weight 64 1 7 7'),
    );
    const preprocessingOf = (file: string) => {
      const options = { includeTop: false, inputSize: 224, inputChannels: 1 };
      const fitted = fitNetwork(familyMember('densenet121'), stateOf({ ...fixture, tensors }), options, file, file);
      fitted.architecture.model.dispose();
      return fitted.preprocessing;
    };
    const xray = preprocessingOf(XRAY);
    assert.deepEqual(
      [0, 255].map((value) => Math.round((value - xray.mean[0]!) / xray.std[0]!)),
      [-1024, 1024],
    );
    assert.deepEqual([xray.channels, xray.inputSize, xray.crop], [1, 224, 1]);
    assert.deepEqual(preprocessingOf('densenet121-a639ec97.pth'), backbones.densenet121.preprocessing);
    const { preprocessing: colors, unknown } = fitChannels(xray, 3);
    assert.deepEqual([unknown, colors.channels, colors.mean], [false, undefined, [127.5, 127.5, 127.5]]);
  });
});

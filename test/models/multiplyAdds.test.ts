import assert from 'node:assert/strict';
import { backboneNames, buildArchitecture, multiplyAdds } from '../../src/models';

/** Numbers in millions, with the precision to which the papers round. */
const PUBLISHED: Record<string, [number, number]> = {
  // Howard et al. 2017, tables 6 and 8
  'mobilenet-v1': [569, 0.005],
  'mobilenet-v1-0.75': [325, 0.005],
  'mobilenet-v1-0.50': [149, 0.005],
  'mobilenet-v1-0.25': [41, 0.005],
  'mobilenet-v2': [300, 0.005], // Sandler et al. 2018, table 4
  'mobilenet-v3-small': [56, 0.02], // Howard et al. 2019, table 3
  'mobilenet-v3-large': [219, 0.02],
  // He et al. 2016, table 1, where the smaller ones halve the side one convolution earlier
  resnet50: [3800, 0.02],
  resnet101: [7600, 0.02],
  resnet152: [11_300, 0.02],
  // torchvision's table of weights; its 50 layers and more halve the side one convolution later than He et al.
  resnet18: [1810, 0.02],
  resnet34: [3660, 0.02],
  'resnet50-v1.5': [4090, 0.02],
  'resnet101-v1.5': [7800, 0.02],
  'resnet152-v1.5': [11_510, 0.02],
  'wide-resnet50-2': [11_400, 0.02],
  'resnext50-32x4d': [4230, 0.02],
  densenet121: [2830, 0.02],
  densenet169: [3360, 0.02],
  densenet201: [4290, 0.02],
  'convnext-tiny': [4460, 0.02],
  'convnext-small': [8680, 0.02],
  'convnext-base': [15_360, 0.02],
  'regnet-y-400mf': [402, 0.02],
  'regnet-y-800mf': [834, 0.02],
  'regnet-y-1.6gf': [1612, 0.02],
  'regnet-y-3.2gf': [3176, 0.02],
  'regnet-y-8gf': [8473, 0.02],
  'efficientnet-v2-s': [8366, 0.02],
  'efficientnet-v2-m': [24_582, 0.02],
  // timm's table of results
  'efficientnet-v2-b0': [730, 0.03],
  'efficientnet-v2-b1': [1210, 0.03],
  'efficientnet-v2-b2': [1720, 0.03],
  'efficientnet-v2-b3': [3040, 0.03],
  'mobilenet-v4-small': [190, 0.04],
  'mobilenet-v4-medium': [1100, 0.04],
  // the authors' table
  'convnext-v2-atto': [550, 0.02],
  'convnext-v2-femto': [780, 0.02],
  'convnext-v2-pico': [1370, 0.02],
  'convnext-v2-nano': [2450, 0.02],
  'convnext-v2-tiny': [4470, 0.02],
  'convnext-v2-base': [15_400, 0.02],
  vgg16: [15_300, 0.02], // He et al. 2016, in the text
  vgg19: [19_600, 0.02],
  // Tan and Le 2019, table 2
  'efficientnet-b0': [390, 0.02],
  'efficientnet-b1': [700, 0.03],
  'efficientnet-b2': [1000, 0.03],
  'efficientnet-b3': [1800, 0.03],
  'efficientnet-b4': [4200, 0.05],
  'efficientnet-b5': [9900, 0.05],
  'efficientnet-b6': [19_000, 0.05],
  'efficientnet-b7': [37_000, 0.05],
  // torchvision's table of its weights, and Chollet 2017, table 3
  'inception-v3': [5713, 0.02],
  xception: [8400, 0.02],
  // the authors' table, which includes normalization and activations
  'efficientnet-lite0': [407, 0.06],
  'efficientnet-lite1': [631, 0.06],
  'efficientnet-lite2': [899, 0.06],
};

describe('multiply-adds agree with the published ones', () => {
  for (const name of backboneNames()) {
    it(name, () => {
      const { model } = buildArchitecture(name);
      const [published, tolerance] = PUBLISHED[name]!;
      const counted = multiplyAdds(model) / 1e6;
      assert.ok(Math.abs(counted / published - 1) < tolerance, `${counted} M instead of ${published} M`);
      model.dispose();
    });
  }
});

import assert from 'node:assert/strict';
import { backbones } from '../../src';
import { didYouMean } from '../../src/core/didYouMean';
import { withDefaults } from '../../src/core/options';
import { mistake } from '../mistake';

describe('a misspelled name', () => {
  const names = Object.keys(backbones);
  const meant: [string, readonly string[], string][] = [
    ['hybird', ['feature-extraction', 'hybrid', 'fine-tune-all'], 'hybrid'],
    ['efficientnet-lite', names, 'efficientnet-lite0'],
    ['EfficientNet-Lite2', names, 'efficientnet-lite2'],
    ['mobilnet-v2', names, 'mobilenet-v2'],
    ['resnet-50', names, 'resnet50'],
    ['lerningRate', ['learningRate', 'layerDecay'], 'learningRate'],
    ['epoch', ['epochs', 'patience'], 'epochs'],
  ];
  for (const [word, words, name] of meant) {
    it(`'${word}' is recognized as '${name}'`, () => {
      assert.equal(didYouMean(word, words), ` (did you mean '${name}'?)`);
    });
  }

  it('that is unlike all known ones gets no suggestion', () => {
    assert.equal(didYouMean('alexnet', names), '');
    assert.equal(didYouMean('', ['', 'a']), '');
    assert.equal(didYouMean('x', []), '');
  });

  it('of an option is answered with the list and a suggestion', () => {
    mistake(
      () => withDefaults('train', { epoch: 3 } as object, { epochs: 1, seed: 0 }),
      "train: unknown option 'epoch'; the options are epochs, seed (did you mean 'epochs'?)",
    );
  });
});

import assert from 'node:assert/strict';
import { backbones } from '../../../src/models';
import { modelCard, modelCardMarkdown } from '../../../src/runs/export/modelCard';
import { completeSettings } from '../../../src/training';

const { preprocessing } = backbones.resnet18;

/** The card of a model over a network for so many channels. */
function cardOf(channels: number) {
  const configuration = {
    classes: ['a', 'b'],
    settings: completeSettings({ backbone: 'resnet18' }),
    data: { folder: '/x', fingerprint: 'f', train: 2, validation: 2 },
    weightsHash: 'h',
    versions: { tunebook: '1', tensorflow: '2' },
  };
  const numbers = new Array<number>(channels).fill(1);
  const own = channels === 3 ? preprocessing : { ...preprocessing, channels, mean: numbers, std: numbers };
  const files = { 'model.h5': 'for Keras', 'tfjs/model.json': 'for TensorFlow.js' };
  return modelCard(configuration as never, { accuracy: 1, loss: 0 }, { preprocessing: own, files });
}

describe('the card of a model', () => {
  for (const [channels, words] of [
    [3, 'red, green, blue'],
    [1, 'grey'],
    [13, '13 bands'],
  ] as const) {
    it(`says that its pictures have ${words}, also in the code that uses it`, () => {
      const card = cardOf(channels);
      assert.equal(card.input.channels, words);
      const page = modelCardMarkdown(card);
      assert.match(page, new RegExp(`\\| input \\| 224 x 224 pixels, ${words}, 0 to 255`));
      const shapes = page.match(/\[batch, 224, 224, (\d+)\]/g);
      assert.deepEqual(
        shapes,
        Array.from({ length: 2 }, () => `[batch, 224, 224, ${channels}]`),
      );
    });
  }
});

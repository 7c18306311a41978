import assert from 'node:assert/strict';
import type { NamedArray } from '../../../src/models';
import { matchWeights } from '../../../src/models';
import { tf } from '../../../src/tensorflow';
import oracle from './firstKernel.json';

const [FILTERS, CHANNELS, HEIGHT, WIDTH] = [4, 3, 3, 2];

/** The state dictionary of firstKernel.py. */
const arrays = new Map<string, NamedArray>([
  [
    'conv1.weight',
    {
      shape: [FILTERS, CHANNELS, HEIGHT, WIDTH],
      data: Float32Array.from({ length: FILTERS * CHANNELS * HEIGHT * WIDTH }, (_, i) => Math.sin(i)),
    },
  ],
]);

/** A network of one convolution for so many channels. */
function network(channels: number): tf.LayersModel {
  const input = tf.input({ shape: [8, 8, channels] });
  const conv = tf.layers.conv2d({
    ...{ name: 'conv1', filters: FILTERS, kernelSize: [HEIGHT, WIDTH], useBias: false, kernelInitializer: 'zeros' },
  });
  return tf.model({ inputs: input, outputs: conv.apply(input) as tf.SymbolicTensor, name: 'one-convolution' });
}

describe("kernels for other channels are those of timm's adapt_input_conv", () => {
  for (const [key, expected] of Object.entries(oracle)) {
    const channels = Number(key);
    it(`${channels} channels, of three`, () => {
      const model = network(channels);
      const { shape, data } = matchWeights(model, { kind: 'torch', arrays }, 'the oracle').get('conv1/kernel')!;
      model.dispose();
      assert.deepEqual(shape, [HEIGHT, WIDTH, channels, FILTERS]);
      assert.equal(expected.length, data.length);
      let worst = 0;
      for (let filter = 0; filter < FILTERS; filter++)
        for (let channel = 0; channel < channels; channel++)
          for (let y = 0; y < HEIGHT; y++)
            for (let x = 0; x < WIDTH; x++) {
              const theirs = expected[((filter * channels + channel) * HEIGHT + y) * WIDTH + x]!;
              const ours = data[((y * WIDTH + x) * channels + channel) * FILTERS + filter]!;
              worst = Math.max(worst, Math.abs(theirs - ours));
            }
      assert.ok(worst < 1e-6, `differs by ${worst}`);
    });
  }
});

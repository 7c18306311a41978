import assert from 'node:assert/strict';
import { randomNetwork } from '../../../bench/peers/randomNetwork';
import { tf } from '../../../src/tensorflow';
import { compileForward } from '../../../src/tensorflow/graph';
import { difference } from './models';

/** The smallest backbone of each family, with the number of batch normalizations that can be folded. */
const FAMILIES = {
  vgg16: 0,
  resnet50: 53,
  'mobilenet-v1-0.25': 27,
  'mobilenet-v2': 52,
  'mobilenet-v3-small': 34,
  'efficientnet-b0': 49,
  'efficientnet-lite0': 49,
  'regnet-y-400mf': 53,
};

const pictures = (batch: number) => tf.randomUniform([batch, 64, 64, 3], -1, 1, 'float32', batch);

describe('a compiled backbone', function () {
  this.timeout(120_000);

  for (const [name, normalizations] of Object.entries(FAMILIES)) {
    it(`of ${name} gives the same as the model, with ${normalizations} batch normalizations folded`, () => {
      const model = randomNetwork(name, 64, 1);
      const forward = compileForward(model);
      const report = forward.compile(pictures(2));
      assert.deepEqual([report.fallback, report.anyBatch, report.folded], [null, true, normalizations]);
      for (const batch of [1, 4]) {
        const x = pictures(batch);
        const error = difference(forward.call(x), model.apply(x, { training: false }) as tf.Tensor);
        assert.ok(error < 1e-4, `batch ${batch}: ${error}`);
      }
      forward.dispose();
      model.dispose();
    });
  }
});

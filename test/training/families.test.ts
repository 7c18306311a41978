import assert from 'node:assert/strict';
import { randomNetwork } from '../../bench/peers/randomNetwork';
import type { ArrayData } from '../../src/features';
import { attachHead, buildHead } from '../../src/layers';
import { backboneEntry, buildArchitecture } from '../../src/models';
import { keepInInferenceMode, tf } from '../../src/tensorflow';
import { fit } from '../../src/training';
import { SMALLEST_OF_EACH } from '../models/families';

/**
 * Families that are also trained with normalization by the statistics of the batch. Their pictures are larger, so that each channel has more
 * than ten numbers, and the rate is low: at a usual one these networks are chaotic. A change of the input by 1e-7 then changes the loss after
 * three steps by a tenth.
 */
const NORMALIZED = ['mobilenet-v1-0.25'];
/**
 * Their steps are compared with torch's: see torchNetworks.test.ts. Operation by operation those of the first two take a minute and more.
 */
const OF_TORCH = [
  ...['convnext-v2-atto', 'regnet-y-400mf', 'efficientnet-v2-b0', 'mobilenet-v4-small', 'resnet18', 'inception-v3'],
];
/** Only with TUNEBOOK_EVERY_NETWORK=1: large, and all its operations are in others. */
const LARGE = process.env.TUNEBOOK_EVERY_NETWORK === '1' ? [] : ['resnet50'];
const SIDES = { inference: 32, training: 96 };
const RATES = { inference: 1e-3, training: 1e-7 };
const PICTURES = 10;

type Mode = 'inference' | 'training';

/**
 * A complete network with weights under which activations neither vanish nor grow from layer to layer, or with those of an equal one, as
 * drawing millions of random numbers takes seconds.
 */
function network(name: string, normalization: Mode, weights?: readonly Float32Array[]): tf.LayersModel {
  const inputSize = SIDES[normalization];
  const backbone = weights
    ? buildArchitecture(backboneEntry(name).name, { inputSize, includeTop: false }).model
    : randomNetwork(name, inputSize, 1);
  const model = attachHead(backbone, buildHead(backbone.outputs[0]!.shape[1]!, 3, { dropout: 0.2, seed: 1 }));
  if (normalization === 'inference')
    for (const layer of model.layers) if (layer.getClassName() === 'BatchNormalization') keepInInferenceMode(layer);
  if (weights)
    tf.tidy(() => model.setWeights(model.weights.map(({ shape }, i) => tf.tensor(weights[i]!, shape as number[]))));
  return model;
}

function pictures(side: number): ArrayData {
  const values = tf.tidy(() => tf.randomUniform([PICTURES, side, side, 3], -1, 1, 'float32', 5).dataSync());
  return {
    values: values as Float32Array,
    shape: [side, side, 3],
    labels: Int32Array.from({ length: PICTURES }, (_, i) => i % 3),
  };
}

const weightsOf = (model: tf.LayersModel) =>
  model.weights.map((weight) => weight.read().dataSync().slice() as Float32Array);

/** Five epochs of one step each: the losses, and all weights before and afterwards. */
async function fiveSteps(name: string, graph: boolean, normalization: Mode, weights?: readonly Float32Array[]) {
  const model = network(name, normalization, weights);
  const before = weightsOf(model);
  const messages: string[] = [];
  const { history } = await fit(
    model,
    { train: pictures(SIDES[normalization]) },
    {
      epochs: 5,
      batchSize: PICTURES,
      optimizer: 'momentum',
      learningRate: RATES[normalization],
      graph,
      listener: { onMessage: (text) => messages.push(text) },
    },
  );
  const result = { losses: history.map(({ loss }) => loss), before, weights: weightsOf(model), messages };
  model.dispose();
  return result;
}

/** Squared distances: of weights from their start, and of the other weights from these. */
function squares(a: Float32Array, b: Float32Array, start: Float32Array): { moved: number; apart: number } {
  const sums = { moved: 0, apart: 0 };
  a.forEach((value, i) => {
    sums.moved += (value - start[i]!) ** 2;
    sums.apart += (value - b[i]!) ** 2;
  });
  return sums;
}

describe('five steps of all layers as a graph equal five steps operation by operation', function () {
  this.timeout(120_000);

  const inference = SMALLEST_OF_EACH.filter((name) => ![...OF_TORCH, ...LARGE].includes(name)).map(
    (name): [string, Mode] => [name, 'inference'],
  );
  const training = NORMALIZED.map((name): [string, Mode] => [name, 'training']);
  for (const [name, mode] of [...inference, ...training]) {
    it(`${name}, normalization in ${mode} mode`, async () => {
      const eager = await fiveSteps(name, false, mode);
      const graph = await fiveSteps(name, true, mode, eager.before);
      assert.deepEqual(graph.messages, []);
      assert.ok(new Set(eager.losses).size === 5, `${eager.losses}`);
      graph.losses.forEach((loss, i) => {
        assert.ok(Math.abs(loss / eager.losses[i]! - 1) < 1e-4, `step ${i + 1}: ${loss} for ${eager.losses[i]}`);
      });
      const parts = eager.weights.map((weight, i) => squares(weight, graph.weights[i]!, eager.before[i]!));
      const share = ({ moved, apart }: { moved: number; apart: number }) =>
        apart === 0 ? 0 : Math.sqrt(apart / moved);
      const all = share(parts.reduce((a, b) => ({ moved: a.moved + b.moved, apart: a.apart + b.apart })));
      const worst = Math.max(...parts.map(share));
      if (process.env.TUNEBOOK_SHOW_ERRORS) console.log(`${name}: all ${all}, worst ${worst}`);
      // a wrong gradient is wrong by about its own size; one that is a sum of large cancelling numbers only loses digits
      assert.ok(all < 0.03, `all weights together are off by ${all} of what they moved`);
      assert.ok(worst < 0.3, `some weights are off by ${worst} of what they moved`);
    });
  }
});

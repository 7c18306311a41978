import assert from 'node:assert/strict';
import { elements } from '../../src/core/elements';
import { toSource } from '../../src/features/batchSource';
import { tf } from '../../src/tensorflow';
import { nodeBackend } from '../../src/tensorflow/graph/backend';
import { fitSettings } from '../../src/training/fitSettings';
import { Trainer } from '../../src/training/trainer';
import { smallNetwork } from '../tensorflow/graph/models';

/** Whether the steps of a training run as a graph. */
async function isGraph(model: tf.LayersModel, shape: number[], size: number, epochs: number): Promise<boolean> {
  const backend = nodeBackend();
  const original = backend.runSavedModel;
  let ran = false;
  backend.runSavedModel = (...args) => {
    ran = true;
    return original.apply(backend, args);
  };
  const data = { values: new Float32Array(size * elements(shape)), shape, labels: new Int32Array(size) };
  const forward = (x: tf.Tensor) => model.apply(x, { training: true }) as tf.Tensor2D;
  const trainer = new Trainer(model, toSource(data), { forward }, fitSettings({ batchSize: 8, epochs }));
  try {
    await trainer.epoch(1, async () => false);
  } finally {
    backend.runSavedModel = original;
    trainer.dispose();
    model.dispose();
  }
  return ran;
}

describe('a training step', () => {
  const head = () => tf.sequential({ layers: [tf.layers.dense({ inputShape: [6], units: 4 })] });

  it('of pictures runs as a graph from 96 pictures in all epochs on, as memory would else grow with the batch', async () => {
    assert.equal(await isGraph(smallNetwork(true), [12, 12, 3], 24, 4), true);
    assert.equal(await isGraph(smallNetwork(true), [12, 12, 3], 24, 3), false);
  });

  it('of a head runs as a graph from 20 steps in all epochs on', async () => {
    assert.equal(await isGraph(head(), [6], 32, 5), true);
    assert.equal(await isGraph(head(), [6], 32, 4), false);
  });
});

import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomically } from '../../src/core/files';
import {
  assignWeights,
  backboneEntry,
  buildArchitecture,
  loadBackbone,
  type NamedArray,
  readSafetensors,
  writeSafetensors,
} from '../../src/models';
import { convertTorchFile } from '../../src/models/convertTorchFile';
import { weightsFile } from '../../src/models/registry';
import { weightsOf } from '../../src/models/weights/slots';
import { tf } from '../../src/tensorflow';
import { temporaryFolder, withEmptyCache } from '../folders';
import oracle from './efficientNetLite.json';

/** The picture of the oracle script: a formula. */
function formulaPicture(): tf.Tensor4D {
  const values = Float32Array.from(
    { length: 224 * 224 * 3 },
    (_, i) => Math.fround(Math.sin(i / 97) + Math.cos(i / 1013)) / 2,
  );
  return tf.tensor4d(values, [1, 224, 224, 3]);
}

/** Largest difference relative to the largest expected value. */
function relativeError(actual: ArrayLike<number>, expected: readonly number[]): number {
  const scale = Math.max(...expected.map(Math.abs));
  return Math.max(...expected.map((value, i) => Math.abs(value - actual[i]!))) / scale;
}

const every = (values: ArrayLike<number>, step: number) => Array.from(values).filter((_, i) => i % step === 0);

describe('EfficientNet-Lite0', () => {
  it('gives the same logits as Keras with the same weights, to 1e-4', async () => {
    const { model } = await loadBackbone('efficientnet-lite0', { includeTop: true });
    const logits = tf.tidy(() => (model.predict(formulaPicture()) as tf.Tensor).dataSync());
    assert.equal(logits.indexOf(Math.max(...logits)), oracle.largest);
    assert.ok(relativeError(every(logits, 5), oracle.logits) < 1e-4);
  });

  it('gives the same features as Keras, to 1e-4', async () => {
    const { model } = await loadBackbone('efficientnet-lite0');
    assert.deepEqual(model.outputs[0]!.shape, [null, 1280]);
    const features = tf.tidy(() => (model.predict(formulaPicture()) as tf.Tensor).dataSync());
    assert.ok(relativeError(every(features, 8), oracle.features) < 1e-4);
  });

  it('has the same number of parameters as in Keras and in its registry entry', () => {
    const parameters = buildArchitecture('efficientnet-lite0').model.countParams();
    assert.equal(parameters, oracle.parameters);
    assert.equal(parameters, backboneEntry('efficientnet-lite0').parameters);
  });

  it('is frozen, with its blocks in order', async () => {
    const { model, blocks } = await loadBackbone('efficientnet-lite0');
    assert.equal(model.trainableWeights.length, 0);
    assert.deepEqual([blocks[0], blocks[1], blocks.at(-1), blocks.length], ['stem', 'block1a', 'top', 18]);
  });

  it('accepts other input sizes', async () => {
    const { model, entry } = await loadBackbone('efficientnet-lite0', { inputSize: 96 });
    assert.deepEqual(model.inputs[0]!.shape, [null, 96, 96, 3]);
    assert.equal(entry.preprocessing.inputSize, 96);
  });

  it('names the first weight that is missing or has another shape, and sets no weight', () => {
    const arrays = readSafetensors(weightsFile(backboneEntry('efficientnet-lite0'))).arrays;
    const model = buildArchitecture('efficientnet-lite0', { inputSize: 32 }).model;
    const gamma = arrays.get('block3a_bn/gamma')!;
    arrays.set('block3a_bn/gamma', { shape: [2, 72], data: gamma.data });
    assert.throws(
      () => assignWeights(model, arrays, 'the file'),
      /'block3a_bn\/gamma' has the shape \[2,72\], .* needs \[144\]/,
    );
    arrays.delete('block3a_bn/gamma');
    assert.throws(() => assignWeights(model, arrays, 'the file'), /the file has no weights 'block3a_bn\/gamma'/);
    const stem = model.getLayer('stem_conv').getWeights()[0]!;
    assert.equal(
      tf.tidy(() => stem.abs().sum().dataSync()[0]),
      0,
    );
  });
});

describe('loadBackbone', () => {
  it('lists the backbones if a name is unknown', async () => {
    // @ts-expect-error: no such backbone
    await assert.rejects(loadBackbone('resnet'), /unknown backbone 'resnet'; the backbones are efficientnet-lite0/);
    // @ts-expect-error: no such backbone
    await assert.rejects(loadBackbone('constructor'), /unknown backbone 'constructor'/);
  });

  it('refuses an input size at which no picture fits into memory, in one line', async () => {
    for (const inputSize of [4097, 100_000, 2 ** 31, 1e300, Number.NaN, 31]) {
      await assert.rejects(
        loadBackbone('efficientnet-lite0', { inputSize }),
        /^UserError: inputSize must be a whole number .*32.*4096, got .*$/,
      );
    }
    const before = tf.memory().numTensors;
    await assert.rejects(
      loadBackbone('resnet50', { inputSize: 4096, weights: 'none' }),
      /^UserError: resnet50 at 4096 pixels: layer "pool1_pad" gives \[2050,2050,64\] for a picture: more than fits into memory$/,
    );
    assert.equal(tf.memory().numTensors, before);
  });

  it('takes weights with the classifier from the cache, also where its layers are called like others', async () => {
    const { model } = buildArchitecture('mobilenet-v3-small', { inputSize: 32 });
    const arrays = weightsOf(model).flatMap((slots) =>
      slots.map(({ layer, name, shape }): [string, NamedArray] => [
        `${layer}/${name}`,
        { shape, data: new Float32Array(shape.reduce((product, side) => product * side, 1)).fill(0.5) },
      ]),
    );
    model.dispose();
    await withEmptyCache(async () => {
      writeSafetensors(weightsFile(backboneEntry('mobilenet-v3-small')), new Map(arrays));
      for (const includeTop of [true, false]) {
        const loaded = await loadBackbone('mobilenet-v3-small', { includeTop, inputSize: 32 });
        assert.deepEqual(loaded.model.outputs[0]!.shape, [null, includeTop ? 1000 : 576]);
        loaded.model.dispose();
      }
    });
  });

  it('says how to get missing weights', async () => {
    await withEmptyCache(() =>
      assert.rejects(loadBackbone('efficientnet-lite0'), /not in the cache: run `npm run setup`/),
    );
  });

  it('refuses a damaged weights file, and names it', async () => {
    const original = readFileSync(weightsFile(backboneEntry('efficientnet-lite0')));
    await withEmptyCache(async () => {
      writeFileAtomically(weightsFile(backboneEntry('efficientnet-lite0')), original.subarray(0, 1_000_000));
      await assert.rejects(loadBackbone('efficientnet-lite0'), /lite0\.safetensors is no readable safetensors file/);
    });
  });
});

describe('convertTorchFile', () => {
  it('refuses a file with another hash, and writes nothing', async () => {
    const folder = temporaryFolder();
    const wrong = join(folder, 'wrong.pth');
    const out = join(folder, 'out.safetensors');
    writeFileSync(wrong, 'something else');
    await assert.rejects(
      convertTorchFile('efficientnet-lite0', wrong, out),
      /its SHA-256 is [0-9a-f]{64}, expected 579344248a93e230/,
    );
    assert.equal(existsSync(out), false);
  });
});

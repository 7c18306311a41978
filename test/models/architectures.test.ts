import assert from 'node:assert/strict';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import {
  assignWeights,
  type BackboneName,
  backboneEntry,
  backboneNames,
  buildArchitecture,
  matchWeights,
  preprocess,
  readWeights,
} from '../../src/models';
import { tf } from '../../src/tensorflow';
import { sharedData, temporaryFolder } from '../folders';
import { drawnNumbers } from './drawnNumbers';
import { formulaPicture, type KerasFormat, KerasOracle, needsOracle, relativeError } from './keras';

/** Small, so that the largest network takes a second; odd where halving must round, as in the real networks at 300 pixels. */
const sizeOf = (name: string) => {
  if (name.startsWith('vgg')) return 32;
  if (name.startsWith('inception')) return 139; // of less than 9 numbers a channel is no good variance
  return name.startsWith('resnet') ? 64 : 75;
};

/**
 * Built in Keras only with TUNEBOOK_EVERY_NETWORK=1: the largest networks take most of the time, and each is made by the code of others that
 * are always built, from a table of widths and depths. The number of parameters of each is compared with the published one below.
 */
const LARGE: readonly BackboneName[] = [
  ...(['efficientnet-b3', 'efficientnet-b5', 'efficientnet-b6', 'efficientnet-b7', 'vgg19'] as const),
  ...(['resnet101', 'resnet152'] as const),
];

/** Widths and depths between those of networks that are built: like the large ones, only with TUNEBOOK_EVERY_NETWORK=1. */
const BETWEEN: readonly BackboneName[] = [
  ...(['efficientnet-lite1', 'efficientnet-b1', 'efficientnet-b4', 'mobilenet-v1-0.50', 'mobilenet-v1-0.75'] as const),
];

/** Made by the code of EfficientNetV2-B0, which is built, or of V2-S, which torchNetworks.test.ts compares. */
const NOT_BUILT: readonly BackboneName[] = [
  ...(['efficientnet-v2-b1', 'efficientnet-v2-b2', 'efficientnet-v2-b3'] as const),
  ...(['efficientnet-v2-s', 'efficientnet-v2-m'] as const),
];

/** Read from files of Keras 3, too. */
const FORMATS: Partial<Record<BackboneName, readonly KerasFormat[]>> = {
  'mobilenet-v2': ['.h5', '.weights.h5'],
  'mobilenet-v3-small': ['.h5', '.weights.h5', '.keras'],
  'efficientnet-b0': ['.h5', '.keras'],
};

/** What a network with the weights of a file makes of one picture. */
async function outputs(name: BackboneName, file: string, includeTop: boolean, size: number) {
  const { model } = buildArchitecture(name, { includeTop, inputSize: size });
  assignWeights(model, matchWeights(model, await readWeights(file), file), file);
  const values = tf.tidy(() => {
    const pixels = tf.tensor4d(formulaPicture(size), [1, size, size, 3]);
    return (model.predict(preprocess(pixels, backboneEntry(name).preprocessing)) as tf.Tensor).dataSync();
  });
  const parameters = model.countParams();
  model.dispose();
  return { values: values as Float32Array, parameters };
}

describe('every backbone gives the same as Keras with the same weights, to 1e-4', () => {
  // those of PyTorch's libraries are compared with these: see torchNetworks.test.ts
  const ofKeras = backboneNames().filter(
    (name) => backboneEntry(name).weights.kind !== 'torch' && !NOT_BUILT.includes(name),
  );
  const every = process.env.TUNEBOOK_EVERY_NETWORK === '1';
  const names = ofKeras.filter((name) => every || ![...LARGE, ...BETWEEN].includes(name));
  let oracle: KerasOracle;
  let asked: string | undefined;
  const ask = (name: BackboneName) => {
    asked = name;
    oracle.ask({ name, size: sizeOf(name), formats: FORMATS[name] });
  };

  before(function () {
    oracle = new KerasOracle(needsOracle(this), temporaryFolder());
  });
  after(() => oracle?.end());

  names.forEach((name, index) => {
    const formats = FORMATS[name];
    it(formats ? `${name}, from ${formats.join(', ')}` : name, async () => {
      if (asked && asked !== name) await oracle.answer(); // not tested because of --grep
      if (asked !== name) ask(name);
      const { top, noTop, parameters, logits, features } = await oracle.answer();
      asked = undefined;
      const next = names[index + 1];
      if (next) ask(next); // Keras computes the next one while this one is compared
      assert.equal(top.length, formats?.length ?? 1);
      for (const [i, file] of top.entries()) {
        const whole = await outputs(name, file, true, sizeOf(name));
        const body = await outputs(name, noTop[i]!, false, sizeOf(name));
        const errors = {
          logits: relativeError(whole.values, logits),
          features: relativeError(body.values, features),
        };
        if (process.env.TUNEBOOK_SHOW_ERRORS) console.log(file, errors);
        assert.ok(errors.logits < 1e-4, `logits differ by ${errors.logits}: ${file}`);
        assert.ok(errors.features < 1e-4, `features differ by ${errors.features}: ${file}`);
        assert.equal(whole.parameters, parameters);
      }
      for (const file of [...top, ...noTop]) rmSync(file);
      assert.equal(features.length, backboneEntry(name).features);
    }).timeout(120_000);
  });

  it('preprocessing, to 1e-3, on a photo', async () => {
    if (asked) await oracle.answer();
    asked = undefined;
    const folder = sharedData('flowers', 'train', 'roses') ?? sharedData('flowers');
    const photo = folder && readdirSync(folder).find((file) => file.endsWith('.jpg'));
    const { data } = await (photo
      ? sharp(join(folder, photo)).removeAlpha().raw().toBuffer({ resolveWithObject: true })
      : { data: Buffer.from(formulaPicture(224)) });
    for (const name of ofKeras) {
      const expected = await oracle.preprocess(name, data);
      const actual = tf.tidy(() => {
        const pixels = tf.tensor4d(new Int32Array(data), [1, data.length / 3, 1, 3], 'int32');
        return preprocess(pixels, backboneEntry(name).preprocessing).dataSync();
      });
      let worst = 0;
      expected.forEach((value, i) => {
        worst = Math.max(worst, Math.abs(value - actual[i]!));
      });
      assert.ok(expected.length === data.length && worst < 1e-3, `${name}: ${worst}`);
    }
  });
});

describe('every backbone has exactly as many parameters as are published, and draws no random numbers, which loading would overwrite', () => {
  before(() => tf.version); // TensorFlow itself draws some when it is loaded

  for (const name of backboneNames()) {
    it(name, async () => {
      const drawn = await drawnNumbers(() => {
        const { model } = buildArchitecture(name);
        assert.equal(model.countParams(), backboneEntry(name).parameters);
        model.dispose();
      });
      assert.equal(drawn, 0);
    });
  }
});

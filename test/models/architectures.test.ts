import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import {
  assignWeights,
  backboneEntry,
  backbones,
  buildArchitecture,
  matchWeights,
  preprocess,
  readWeights,
} from '../../src/models';
import { tf } from '../../src/tensorflow';
import { temporaryFolder } from '../folders';
import { formulaPicture, KerasOracle, needsOracle, relativeError } from './keras';

/** Small, so that the largest network takes a second; odd where halving must round, as at 300 pixels in the real thing. */
const sizeOf = (name: string) => (name.startsWith('vgg') ? 32 : name.startsWith('resnet') ? 64 : 75);

async function outputs(name: string, file: string, includeTop: boolean, size: number): Promise<Float32Array> {
  const { model } = buildArchitecture(name, { includeTop, inputSize: size });
  assignWeights(model, matchWeights(model, await readWeights(file), file), file);
  const values = tf.tidy(() => {
    const pixels = tf.tensor4d(formulaPicture(size), [1, size, size, 3]);
    return (model.predict(preprocess(pixels, backboneEntry(name).preprocessing)) as tf.Tensor).dataSync();
  });
  model.dispose();
  return values as Float32Array;
}

describe('every backbone gives what Keras gives with the same weights, to 1e-4', () => {
  const names = Object.keys(backbones);
  let oracle: KerasOracle;
  let asked: string | undefined;
  const ask = (name: string) => {
    asked = name;
    oracle.ask({ name, size: sizeOf(name) });
  };

  before(function () {
    oracle = new KerasOracle(needsOracle(this), temporaryFolder());
  });
  after(() => oracle?.end());

  names.forEach((name, index) => {
    it(name, async () => {
      if (asked && asked !== name) await oracle.answer(); // with --grep: one that is not tested
      if (asked !== name) ask(name);
      const { top, noTop, logits, features } = await oracle.answer();
      asked = undefined;
      const next = names[index + 1];
      if (next) ask(next); // Keras works on the next while this one is compared
      const errors = {
        logits: relativeError(await outputs(name, top, true, sizeOf(name)), logits),
        features: relativeError(await outputs(name, noTop, false, sizeOf(name)), features),
      };
      rmSync(top);
      rmSync(noTop);
      if (process.env.TUNEBOOK_SHOW_ERRORS) console.log(name, errors);
      assert.ok(errors.logits < 1e-4, `logits differ by ${errors.logits}`);
      assert.ok(errors.features < 1e-4, `features differ by ${errors.features}`);
      assert.equal(features.length, backboneEntry(name).features);
    }).timeout(120_000);
  });
});

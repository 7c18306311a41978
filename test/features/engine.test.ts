import assert from 'node:assert/strict';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../../src/core/paths';
import { type Example, imageFolder } from '../../src/data';
import { extractFeatures, PictureNetwork } from '../../src/features';
import { PICTURES_FOR_GRAPH } from '../../src/features/pictureNetwork';
import { buildHead } from '../../src/layers';
import { assignRandomWeights, type Backbone, loadBackbone } from '../../src/models';
import type { tf } from '../../src/tensorflow';
import { availableEngine, type EngineChoice, measuredEngine } from '../../src/tensorflow/graph';
import { optionalEngineNames, optionalEngines } from '../../src/tensorflow/graph/optionalEngines';
import { train } from '../../src/training';
import { withEmptyCache } from '../folders';
import { stripesFolder } from '../pictures';
import { apart } from './apart';

/** Work with an empty cache in which the engines are set up. */
function withEngines<T>(work: () => Promise<T>): Promise<T> {
  const installed = optionalEngineNames.map((name) => [name, cacheFolder(name)] as const);
  return withEmptyCache((cache) => {
    for (const [name, folder] of installed) symlinkSync(folder, join(cache, name));
    return work();
  });
}

describe('features of another engine', function () {
  this.timeout(240_000);
  let backbone: Backbone;
  let examples: Example[];

  before(async () => {
    backbone = await loadBackbone('mobilenet-v1-0.25', { weights: 'none', inputSize: 64 });
    assignRandomWeights(backbone.model, 1);
    examples = imageFolder(await stripesFolder(4)).examples;
  });

  const extract = (engine: EngineChoice) => extractFeatures(backbone, examples, { engine });

  for (const engine of optionalEngineNames) {
    describe(optionalEngines[engine].title, () => {
      before(function () {
        if (!optionalEngines[engine].isInstalled()) this.skip(); // `npm test` brings it; without a network it says so
      });

      it('are those of TensorFlow to 1e-4, and say what computed them', () =>
        withEngines(async () => {
          const [one, other] = [await extract('tensorflow'), await extract(engine)];
          assert.deepEqual([one.engine, other.engine], ['tensorflow', engine]);
          const difference = apart(other.values, one.values);
          assert.ok(difference > 0 && difference < 1e-4, `${difference}`);
        }));

      it('are kept apart from those of TensorFlow in the cache', () =>
        withEngines(async () => {
          const cached: number[] = [];
          for (const each of ['tensorflow', engine, engine, 'tensorflow'] as const) {
            cached.push((await extract(each)).cached);
          }
          assert.deepEqual(cached, [0, 0, 12, 12]);
        }));

      it('are those of predictions, too', () =>
        withEngines(async () => {
          const head = buildHead(backbone.model.outputs[0]!.shape[1]!, 3, { seed: 1 });
          const network = (by: EngineChoice) =>
            new PictureNetwork({ ...backbone, head }, 1, assert.fail, 'float32', by);
          const pictures = [0, 1, 2].map((i) => new Uint8Array(64 * 64 * 3).map((_, j) => (i * 97 + j * 31) % 256));
          const [one, other] = [network('tensorflow'), network(engine)];
          const difference = apart(other.run(pictures), one.run(pictures));
          assert.ok(difference > 0 && difference < 1e-4, `${difference}`);
          other.expect(1, 'tensorflow');
          assert.deepEqual(other.run(pictures), one.run(pictures));
          one.dispose();
          other.dispose();
        }));

      it('train the same head as those of TensorFlow, nearly, and the run says what computed them', () =>
        withEngines(async () => {
          const options = { backbone: 'mobilenet-v1-0.25', weights: 'random', inputSize: 64, epochs: 3 } as const;
          const pictures = imageFolder(await stripesFolder(8));
          const [one, other] = [await train(pictures, options), await train(pictures, { ...options, engine })];
          assert.deepEqual([one.features.engine, other.features.engine], ['tensorflow', engine]);
          assert.ok(Math.abs(one.loss - other.loss) < 1e-3 * one.loss, `${one.loss} ${other.loss}`);
          one.dispose();
          other.dispose();
        }));
    });
  }

  it('is not computed for few pictures, unless that is asked for', () =>
    withEngines(async () => {
      assert.equal((await extract('auto')).engine, 'tensorflow');
    }));

  it('is taken for many pictures where it is the fastest, by a measurement that later processes know', async function () {
    if (availableEngine('auto', 'float32') !== 'auto') this.skip(); // nothing to choose from
    await withEngines(async () => {
      const rows = Math.ceil(PICTURES_FOR_GRAPH / examples.length);
      const many = Array.from({ length: rows }, () => examples).flat();
      const first = await extractFeatures(backbone, many, { engine: 'auto' });
      const weights = backbone.model.weights.map((weight) => weight.read() as tf.Variable);
      const known = measuredEngine({ weights, shape: [16, 64, 64, 3] });
      assert.equal(known, first.engine);
      const second = await extractFeatures(backbone, many, { engine: 'auto' });
      assert.deepEqual([second.engine, second.cached], [first.engine, examples.length]);
      assert.deepEqual(second.values, first.values);
      const exact = await extractFeatures(backbone, many, { engine: 'tensorflow', cache: false });
      assert.ok(apart(first.values, exact.values) < 1e-4);
    });
  });
});

describe('an engine that is not installed', () => {
  it('is refused before any picture is read', () =>
    withEmptyCache(async () => {
      const pictures = imageFolder(await stripesFolder(2));
      await assert.rejects(
        train(pictures, { backbone: 'mobilenet-v1-0.25', weights: 'random', inputSize: 64, engine: 'onnxruntime' }),
        /engine 'onnxruntime' needs ONNX Runtime, which is not installed: run `npm run setup -- --only onnxruntime`/,
      );
    }));
});

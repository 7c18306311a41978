import assert from 'node:assert/strict';
import { readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomNetwork } from '../../../bench/peers/randomNetwork';
import { cacheFolder } from '../../../src/core/paths';
import { assignRandomWeights, loadBackbone } from '../../../src/models';
import { tf } from '../../../src/tensorflow';
import {
  type CompileReport,
  compile,
  compileForward,
  type EngineChoice,
  isBfloat16Faster,
} from '../../../src/tensorflow/graph';
import { optionalEngineNames, optionalEngines } from '../../../src/tensorflow/graph/optionalEngines';
import { temporaryFolder } from '../../folders';
import { difference, everyLayer, randomizeWeights } from './models';

/** Together they have all operations of all families, grouped convolutions and normalization by layers among them. */
const NETWORKS = [
  ...['vgg16', 'resnet50', 'densenet121', 'regnet-y-400mf', 'mobilenet-v1-0.25', 'mobilenet-v2', 'mobilenet-v3-small'],
  ...['mobilenet-v4-small', 'efficientnet-lite0', 'efficientnet-b0', 'efficientnet-v2-b0', 'convnext-tiny'],
  'convnext-v2-atto',
];

/** Both engines get the same graphs, so that of the second one a network of each kind of operation is enough; with TUNEBOOK_EVERY_NETWORK=1 all. */
const FEWER = ['mobilenet-v2', 'densenet121', 'regnet-y-400mf', 'efficientnet-b0', 'convnext-v2-atto'];

const pictures = (batch: number, side = 64, channels = 3) =>
  tf.randomUniform([batch, side, side, channels], -1, 1, 'float32', batch);
const eager = (model: tf.LayersModel, x: tf.Tensor) => model.apply(x, { training: false }) as tf.Tensor;

/** Work with an empty cache, in which some engines are set up. */
function withCache<T>(engines: readonly string[], work: (folder: string) => T): T {
  const before = process.env.TUNEBOOK_CACHE;
  const folder = temporaryFolder();
  for (const name of engines) symlinkSync(cacheFolder(name), join(folder, name));
  process.env.TUNEBOOK_CACHE = folder;
  try {
    return work(folder);
  } finally {
    if (before === undefined) delete process.env.TUNEBOOK_CACHE;
    else process.env.TUNEBOOK_CACHE = before;
  }
}

for (const engine of optionalEngineNames)
  describe(`the engine ${optionalEngines[engine].title}`, function () {
    this.timeout(240_000);

    before(function () {
      if (!optionalEngines[engine].isInstalled()) this.skip(); // `npm test` brings it; without a network it says so
    });

    const check = (model: tf.LayersModel, batches: readonly tf.Tensor[]): CompileReport => {
      const forward = compileForward(model, { engine, onFallback: assert.fail });
      const report = forward.compile(batches[0]!);
      assert.deepEqual([report.engine, report.fallback, report.anyBatch], [engine, null, true]);
      for (const x of batches) {
        const error = difference(forward.call(x), eager(model, x));
        assert.ok(error < 1e-4, `batch ${x.shape[0]}: ${error}`);
      }
      forward.dispose();
      return report;
    };

    const every = engine === 'onnxruntime' || process.env.TUNEBOOK_EVERY_NETWORK === '1';
    for (const name of every ? NETWORKS : FEWER) {
      it(`computes the features of ${name} to 1e-4 of those of the model, at any batch size`, () => {
        const model = randomNetwork(name, 64, 1);
        check(model, [pictures(2), pictures(1), pictures(5)]);
        model.dispose();
      });
    }

    it('computes every kind of layer', () => {
      const model = everyLayer();
      assert.equal(check(model, [pictures(4, 16), pictures(17, 16)]).folded, 3);
      model.dispose();
    });

    it('computes networks whose pictures have other than three channels, and sides of an odd length', async () => {
      for (const inputChannels of [1, 5]) {
        const options = { weights: 'none', inputSize: 75, inputChannels } as const;
        const { model } = await loadBackbone('mobilenet-v2', options);
        assignRandomWeights(model, 3);
        check(model, [pictures(2, 75, inputChannels)]);
        model.dispose();
      }
    });

    it('uses new weights after they were assigned', () => {
      const model = everyLayer();
      const forward = compileForward(model, { engine });
      const x = pictures(3, 16);
      const before = forward.call(x);
      randomizeWeights(model, 2);
      const after = forward.call(x);
      assert.ok(difference(before, after) > 1e-2);
      assert.ok(difference(after, eager(model, x)) < 1e-4);
      forward.dispose();
      model.dispose();
    });

    it('keeps no tensors, and works again after it was disposed', () => {
      const model = everyLayer();
      const x = pictures(3, 16);
      const before = tf.memory().numTensors;
      const forward = compileForward(model, { engine });
      for (let i = 0; i < 3; i++) {
        forward.call(x).dispose();
        forward.dispose();
      }
      assert.equal(tf.memory().numTensors, before);
      model.dispose();
    });

    it('leaves to TensorFlow what it cannot compute, and says why', () => {
      const messages: string[] = [];
      const cases: [string, (x: tf.Tensor) => tf.Tensor, RegExp][] = [
        ['an unknown operation', (x) => tf.cumsum(x, 1), /\(there is no translation of Cumsum\): TensorFlow does$/],
        ['two inputs of a function', (x) => tf.reverse(x, 1), /no translation of ReverseV2/],
      ];
      for (const [what, fn, message] of cases) {
        const compiled = compile((x: tf.Tensor) => tf.tidy(() => fn(x)), {
          engine,
          onFallback: (text) => messages.push(text),
        });
        const x = tf.randomUniform([4, 6], -1, 1, 'float32', 1);
        assert.ok(difference(compiled.call(x), fn(x)) < 1e-6, what);
        assert.equal(compiled.report?.engine, 'tensorflow', what);
        assert.match(messages.at(-1)!, message, what);
        compiled.dispose();
      }
    });

    it('does not compute variables that change', () => {
      const messages: string[] = [];
      const factor = tf.variable(tf.scalar(2));
      const compiled = compile((x: tf.Tensor) => tf.mul(x, factor), {
        engine,
        onFallback: (text) => messages.push(text),
      });
      const x = tf.tensor1d([1, 2, 3]);
      for (const value of [2, 3]) {
        factor.assign(tf.scalar(value));
        assert.deepEqual([...compiled.call(x).dataSync()], [value, 2 * value, 3 * value]);
      }
      assert.match(messages[0]!, /its variable .* is not frozen/);
      compiled.dispose();
      factor.dispose();
    });

    it('computes in float32 only', function () {
      if (!isBfloat16Faster()) this.skip(); // then it is float32 anyway
      assert.throws(
        () => compile((x: tf.Tensor) => x, { engine, precision: 'bfloat16' }),
        /engine '\w+' computes in float32 only, got precision 'bfloat16'/,
      );
    });
  });

describe('the engine auto', function () {
  this.timeout(240_000);
  const others = optionalEngineNames.filter((name) => optionalEngines[name].isInstalled());

  before(function () {
    if (others.length === 0) this.skip(); // `npm test` brings them; without a network it says so
  });

  it('is chosen by a measurement, which is kept', () => {
    const model = everyLayer();
    withCache(others, (folder) => {
      const engineOf = () => {
        const forward = compileForward(model, { engine: 'auto', onFallback: assert.fail });
        const { engine } = forward.compile(pictures(8, 16));
        assert.ok(difference(forward.call(pictures(8, 16)), eager(model, pictures(8, 16))) < 1e-4);
        forward.dispose();
        return engine;
      };
      const first = engineOf();
      const [name, ...more] = readdirSync(join(folder, 'engines'));
      assert.deepEqual(more, []);
      const file = join(folder, 'engines', name!);
      const kept = JSON.parse(readFileSync(file, 'utf8'));
      const { tensorflow, ...measured } = kept.milliseconds as Record<string, number>;
      assert.deepEqual(Object.keys(measured), others);
      const [fastest, least] = Object.entries(measured).sort(([, a], [, b]) => a - b)[0]!;
      assert.equal(kept.engine, first);
      assert.equal(first, least < 0.95 * tensorflow! ? fastest : 'tensorflow');
      for (const engine of [...others, 'tensorflow'] as const) {
        writeFileSync(file, JSON.stringify({ engine }));
        assert.equal(engineOf(), engine);
      }
      writeFileSync(file, '{"engine": "other"}'); // damaged: measured again
      assert.ok([...others, 'tensorflow'].includes(engineOf()));
    });
    model.dispose();
  });

  it('keeps that it cannot compute a network, too', () => {
    withCache(others, (folder) => {
      const messages: string[] = [];
      for (let i = 0; i < 2; i++) {
        const compiled = compile((x: tf.Tensor) => tf.cumsum(x, 1), {
          engine: 'auto',
          onFallback: (text) => messages.push(text),
        });
        assert.equal(compiled.compile(tf.ones([3, 4])).engine, 'tensorflow');
        compiled.dispose();
      }
      assert.equal(messages.length, 1);
      const [name] = readdirSync(join(folder, 'engines'));
      const kept = JSON.parse(readFileSync(join(folder, 'engines', name!), 'utf8'));
      assert.deepEqual(kept, { engine: 'tensorflow', reason: 'there is no translation of Cumsum' });
    });
  });

  it('is TensorFlow where other numbers than float32 are wanted', function () {
    if (!isBfloat16Faster()) this.skip(); // then it is float32 anyway
    const automatic = compile((x: tf.Tensor) => tf.mul(x, 2), { engine: 'auto', precision: 'bfloat16' });
    assert.equal(automatic.compile(tf.ones([2, 3])).engine, 'tensorflow');
    automatic.dispose();
  });
});

describe('an engine', () => {
  it('that does not exist is refused', () => {
    assert.throws(
      () => compile((x: tf.Tensor) => x, { engine: 'onnx' as EngineChoice }),
      /unknown engine "onnx"; the engines are tensorflow, onnxruntime, openvino, auto/,
    );
  });

  it('that is not installed is refused with the command that installs it; auto is TensorFlow then, without a word', () => {
    withCache([], (folder) => {
      assert.throws(
        () => compile((x: tf.Tensor) => x, { engine: 'onnxruntime' }),
        /needs ONNX Runtime, which is not installed: run `npm run setup -- --only onnxruntime`, or take engine 'auto' or 'tensorflow'/,
      );
      const double = compile((x: tf.Tensor) => tf.mul(x, 2), { engine: 'auto', onFallback: assert.fail });
      assert.equal(double.compile(tf.ones([2, 3])).engine, 'tensorflow');
      assert.deepEqual(readdirSync(folder), []);
      double.dispose();
    });
  });
});

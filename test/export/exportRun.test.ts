import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { completeModel, exportRun, writeKerasModel } from '../../src/export';
import { decodeAll, imageFolder } from '../../src/images';
import { assignRandomWeights, backboneEntry, buildArchitecture, preprocess } from '../../src/models';
import { predict, saveRun } from '../../src/study';
import { tf } from '../../src/tensorflow';
import { writeSavedModel } from '../../src/tensorflow/graph';
import { type TrainOptions, train } from '../../src/training';
import { temporaryFolder } from '../folders';
import { formulaPicture, KerasOracle, needsOracle, oraclePython, relativeError } from '../models/keras';
import { stripesFolder } from '../pictures';

const SIZE = 64;

/** Every exported model's answer to some pixels, by its format. */
async function answers(folder: string, pixels: Float32Array, oracle: KerasOracle | undefined) {
  const model = await tf.loadLayersModel(`file://${join(folder, 'tfjs', 'model.json')}`);
  const tfjs = tf.tidy(() => {
    const input = tf.tensor4d(pixels, [pixels.length / SIZE ** 2 / 3, SIZE, SIZE, 3]);
    return (model.predict(input) as tf.Tensor).dataSync() as Float32Array;
  });
  model.dispose();
  if (!oracle) return { tfjs };
  const keras = await oracle.predict(join(folder, 'model.h5'), pixels);
  const saved = await oracle.predict(join(folder, 'saved_model'), pixels);
  return { tfjs, keras: keras.output, saved: saved.output };
}

describe('an exported run', () => {
  let data: string;
  let oracle: KerasOracle | undefined;
  let pixels: Float32Array;
  let expected: number[];

  before(async () => {
    data = await stripesFolder(6);
    const python = oraclePython(); // without Keras the TensorFlow.js model is still compared
    if (python) oracle = new KerasOracle(python, temporaryFolder());
  });
  after(() => oracle?.end());

  const makeRun = async (options: Partial<TrainOptions>): Promise<string> => {
    const settings = { inputSize: SIZE, epochs: 2, cache: false, seed: 1 } as const;
    const result = await train(imageFolder(data), { ...settings, ...options });
    const run = join(temporaryFolder(), 'run');
    await saveRun(result, run, data);
    const files = ['red', 'green', 'blue'].map((color) => join(data, color, '1.png'));
    const { predictions } = await predict({ run }, files);
    expected = predictions.flatMap(({ classes }) =>
      result.classes.map((name) => classes.find((found) => found.name === name)!.probability),
    );
    const shown: number[] = [];
    const entry = backboneEntry(result.settings.backbone).preprocessing;
    const examples = files.map((file) => ({ file, label: 0 }));
    for await (const picture of decodeAll(examples, { ...entry, inputSize: SIZE })) shown.push(...picture.pixels!);
    pixels = Float32Array.from(shown);
    return run;
  };

  for (const [what, options] of Object.entries({
    'of a trained head': {},
    'of a fine-tuned network': { variant: 'hybrid' as const },
    'of a dense head over blue-first pictures': {
      ...{ backbone: 'resnet50', weights: 'random' as const, head: 'dense' as const, epochs: 1 },
    },
  })) {
    it(`${what} is one model from pixels to the probabilities of the run, in every format`, async () => {
      const run = await makeRun(options);
      const folder = join(temporaryFolder(), 'model');
      const { card } = await exportRun(run, folder);
      for (const [format, output] of Object.entries(await answers(folder, pixels, oracle))) {
        const error = relativeError(output, expected);
        assert.ok(error < 1e-4, `${format} differs by ${error}`);
      }
      assert.deepEqual(readdirSync(folder).sort(), [
        ...['MODEL_CARD.md', 'classes.txt', 'model-card.json', 'model.h5', 'saved_model', 'tfjs'],
      ]);
      assert.deepEqual(readFileSync(join(folder, 'classes.txt'), 'utf8'), 'blue\ngreen\nred\n');
      assert.deepEqual(
        JSON.parse(readFileSync(join(folder, 'model-card.json'), 'utf8')),
        JSON.parse(JSON.stringify(card)),
      );
      const config = JSON.parse(readFileSync(join(run, 'config.json'), 'utf8'));
      const page = readFileSync(join(folder, 'MODEL_CARD.md'), 'utf8');
      assert.ok(page.includes(config.data.fingerprint) && page.includes(card.backbone.licence));
      assert.match(page, /validation accuracy \| \d+\.\d% \(95% interval \d+\.\d% to \d+\.\d%/);
      assert.ok(!page.includes(data), 'no path of this machine');
    }).timeout(120_000);
  }

  it('is not written over other files, in an unknown format, or from what is no run', async () => {
    const folder = temporaryFolder();
    await assert.rejects(exportRun(folder, join(folder, 'out')), /is no run: there is no config\.json/);
    writeFileSync(join(folder, 'mine'), '');
    await assert.rejects(exportRun(folder, folder), /is not empty: give a new folder/);
    await assert.rejects(
      exportRun(folder, join(folder, 'out'), { formats: ['onnx' as 'keras'] }),
      /unknown format 'onnx'; the formats are tfjs, savedmodel, keras/,
    );
    assert.equal(existsSync(join(folder, 'out')), false);
  });
});

describe('a complete model of every family gives in Keras and TensorFlow what it gives here', () => {
  let oracle: KerasOracle;
  before(function () {
    oracle = new KerasOracle(needsOracle(this), temporaryFolder());
  });
  after(() => oracle?.end());

  for (const name of ['vgg16', 'mobilenet-v1-0.25', 'mobilenet-v2', 'mobilenet-v3-small', 'efficientnet-b0']) {
    it(name, async () => {
      const size = 32;
      const { model: network } = buildArchitecture(name, { inputSize: size, includeTop: name !== 'vgg16' });
      assignRandomWeights(network, 3);
      const { preprocessing } = backboneEntry(name);
      const complete = completeModel([network], preprocessing);
      const pixels = formulaPicture(size);
      const expected = tf.tidy(() => {
        const input = tf.tensor4d(pixels, [1, size, size, 3]);
        return tf.softmax(network.predict(preprocess(input, preprocessing)) as tf.Tensor).dataSync();
      });
      const folder = temporaryFolder();
      const outputs: Record<string, ArrayLike<number>> = {
        here: tf.tidy(() => (complete.predict(tf.tensor4d(pixels, [1, size, size, 3])) as tf.Tensor).dataSync()),
      };
      await writeKerasModel(complete, join(folder, 'model.h5'));
      outputs.keras = (await oracle.predict(join(folder, 'model.h5'), pixels)).output;
      writeSavedModel(complete, join(folder, 'saved'), { input: 'pixels', output: 'probabilities' });
      outputs.saved = (await oracle.predict(join(folder, 'saved'), pixels)).output;
      for (const [format, output] of Object.entries(outputs)) {
        const error = relativeError(output, expected);
        assert.ok(error < 1e-4, `${format} differs by ${error}`);
      }
      network.dispose();
      complete.dispose();
    });
  }
});

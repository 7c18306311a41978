import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { projectFolder } from '../../../src/core/paths';
import { decodeAll, imageFolder } from '../../../src/data';
import { assignRandomWeights, backboneEntry, buildArchitecture, preprocess } from '../../../src/models';
import { predict, saveRun } from '../../../src/runs';
import { completeModel, exportRun, writeKerasModel } from '../../../src/runs/export';
import { tf } from '../../../src/tensorflow';
import { writeSavedModel } from '../../../src/tensorflow/graph';
import { type TrainOptions, train } from '../../../src/training';
import { temporaryFolder } from '../../folders';
import { formulaPicture, KerasOracle, needsOracle, oraclePython, relativeError } from '../../models/keras';
import { stripesFolder, writePicture } from '../../pictures';

const SIZE = 64;

/** The output of plain TensorFlow.js, in a separate process, for some pixels. */
async function plainTfjs(modelJson: string, pixels: Float32Array): Promise<number[]> {
  const file = join(temporaryFolder(), 'pixels.bin');
  writeFileSync(file, new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength));
  const script = join(projectFolder, 'test', 'runs', 'export', 'plainTfjs.cjs');
  const { stdout } = await promisify(execFile)(process.execPath, [script, modelJson, file], { maxBuffer: 1e8 });
  return JSON.parse(stdout);
}

/** The output of every exported model for some pixels, by its format. */
async function answers(folder: string, pixels: Float32Array, oracle: KerasOracle | undefined) {
  const tfjs = await plainTfjs(join(folder, 'tfjs', 'model.json'), pixels);
  if (!oracle) return { tfjs };
  const keras = await oracle.predict(join(folder, 'model.h5'), pixels);
  const saved = await oracle.predict(join(folder, 'saved_model'), pixels);
  return { tfjs, keras: keras.output, saved: saved.output };
}

/** Two classes close to the mean colour that VGG subtracts, so that with random weights the sigmoid is not 0 or 1. */
async function faintPictures(): Promise<string> {
  const root = temporaryFolder();
  for (const [name, wave] of Object.entries({ lines: (x: number) => x, dots: (x: number, y: number) => x * y })) {
    for (let number = 0; number < 6; number++) {
      const data = Uint8Array.from({ length: SIZE * SIZE * 3 }, (_, i) => {
        const [place, mean] = [Math.floor(i / 3), [124, 117, 104][i % 3]!];
        return mean + Math.round(2 * Math.sin(number + wave(place % SIZE, Math.floor(place / SIZE)) / 7));
      });
      const png = sharp(data, { raw: { width: SIZE, height: SIZE, channels: 3 } }).png();
      writePicture(join(root, name, `${number}.png`), await png.toBuffer());
    }
  }
  return root;
}

describe('an exported run', () => {
  let data: string;
  let oracle: KerasOracle | undefined;
  let pixels: Float32Array;
  let expected: number[];

  /** A run's own predictions, and the decoded pixels that they belong to. */
  const makeRun = async (options: Partial<TrainOptions>, data: string): Promise<string> => {
    const dataset = imageFolder(data);
    const result = await train(dataset, { inputSize: SIZE, epochs: 2, cache: false, seed: 1, ...options });
    const run = join(temporaryFolder(), 'run');
    await saveRun(result, run);
    const files = dataset.classes.map((name) => join(data, name, '1.png'));
    const { predictions } = await predict({ run }, files);
    expected = predictions.flatMap(({ classes }) =>
      result.classes.map((name) => classes.find((found) => found.name === name)!.probability),
    );
    if (result.head.outputs[0]!.shape[1] === 1) expected = expected.filter((_, i) => i % 2 === 1); // one number
    const shown: number[] = [];
    const { entry } = result.backbone;
    const examples = files.map((file) => ({ file, label: 0 }));
    for await (const picture of decodeAll(examples, entry.preprocessing)) shown.push(...picture.pixels!);
    pixels = Float32Array.from(shown);
    result.dispose();
    return run;
  };

  before(async () => {
    data = await stripesFolder(6);
    const python = oraclePython(); // without Keras the TensorFlow.js model is still compared
    if (python) oracle = new KerasOracle(python, temporaryFolder());
  });
  after(() => oracle?.end());

  const random = { weights: 'random', epochs: 1 } as const;
  const runs: Record<string, Partial<TrainOptions>> = {
    'a head over EfficientNet-Lite0': {},
    'EfficientNet-Lite0, its last blocks fine-tuned': { variant: 'hybrid' },
    'a head over EfficientNet-B0, which normalizes by itself': { ...random, backbone: 'efficientnet-b0' },
    'EfficientNet-B0, all of it fine-tuned': { ...random, backbone: 'efficientnet-b0', variant: 'fine-tune-all' },
    'a head over the maxima and averages of MobileNetV1': { ...random, backbone: 'mobilenet-v1-0.25', pooling: 'both' },
    'MobileNetV1 with its maxima and averages, its last blocks fine-tuned': {
      ...{ ...random, backbone: 'mobilenet-v1-0.25', pooling: 'both', variant: 'hybrid' },
    },
    'MobileNetV3, all of it fine-tuned': { ...random, backbone: 'mobilenet-v3-small', variant: 'fine-tune-all' },
  };
  for (const [what, options] of Object.entries(runs)) {
    it(`computes the probabilities of the run from pixels, in every format: ${what}`, async () => {
      const run = await makeRun(options, data);
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
      const written = readFileSync(join(folder, 'model-card.json'), 'utf8');
      assert.deepEqual(JSON.parse(written), JSON.parse(JSON.stringify(card)));
      const config = JSON.parse(readFileSync(join(run, 'config.json'), 'utf8'));
      const page = readFileSync(join(folder, 'MODEL_CARD.md'), 'utf8');
      assert.ok(page.includes(config.data.fingerprint) && page.includes(card.backbone.licence));
      assert.match(page, /validation accuracy \| \d+\.\d% \(95% interval \d+\.\d% to \d+\.\d%/);
      assert.ok(!page.includes(data) && !written.includes(data), 'no path of this machine');
    }).timeout(120_000);
  }

  // VGG16, the article's network, is large: one of the two is of another one
  const ofTheArticle = [
    ['feature-extraction', 'mobilenet-v1-0.25', undefined],
    ['hybrid', 'vgg16', 'bgr'],
  ] as const;
  for (const [variant, backbone, channelOrder] of ofTheArticle) {
    it(`gives one number for the article's head on ${backbone}: ${variant}`, async () => {
      const article = {
        ...random,
        backbone,
        head: 'dense',
        inputSize: 32,
        learningRate: 1e-4,
        variant,
      } as const;
      const run = await makeRun(article, await faintPictures());
      const folder = join(temporaryFolder(), 'model');
      const { card } = await exportRun(run, folder);
      assert.equal(expected.length, 2);
      assert.ok(
        expected.every((p) => p > 1e-4 && p < 0.9999),
        `${expected}: a sigmoid at its end says nothing`,
      );
      for (const [format, output] of Object.entries(await answers(folder, pixels, oracle))) {
        const error = relativeError(output, expected);
        assert.ok(error < 1e-4, `${format} differs by ${error}`);
      }
      assert.equal(card.output, 'the probability of lines; that of dots is the rest to 1');
      assert.deepEqual([card.input.size, card.preprocessing.channelOrder], [32, channelOrder]);
    }).timeout(120_000);
  }

  it('is not written over other files, in an unknown format, or without a run', async () => {
    const folder = temporaryFolder();
    await assert.rejects(exportRun(folder, join(folder, 'out')), /is not a run folder: it has no config\.json/);
    writeFileSync(join(folder, 'mine'), '');
    await assert.rejects(exportRun(folder, folder), /is not empty: give a new folder/);
    await assert.rejects(
      exportRun(folder, join(folder, 'out'), { formats: ['onnx' as 'keras'] }),
      /unknown format 'onnx'; the formats are tfjs, savedmodel, keras/,
    );
    await assert.rejects(exportRun(folder, join(folder, 'out'), { formats: [] }), /exportRun: no format; the formats/);
    assert.equal(existsSync(join(folder, 'out')), false);
  });
});

describe('a complete model of every family gives the same in Keras and TensorFlow as in tunebook', () => {
  let oracle: KerasOracle;
  before(function () {
    oracle = new KerasOracle(needsOracle(this), temporaryFolder());
  });
  after(() => oracle?.end());

  // VGG16, which is large, is exported with the article's head above
  const plain = ['mobilenet-v1-0.25', 'mobilenet-v2', 'mobilenet-v3-small', 'efficientnet-b0'] as const;
  for (const name of [...plain, 'regnet-y-400mf', 'convnext-v2-atto'] as const) {
    it(name, async () => {
      const size = 32;
      const { model: network } = buildArchitecture(name, { inputSize: size });
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
      if (name === 'convnext-v2-atto') {
        const missing = /is a global response normalization.*give the format savedmodel/;
        await assert.rejects(writeKerasModel(complete, join(folder, 'model.h5')), missing);
        assert.throws(() => completeModel([network], preprocessing, { plain: true }), missing);
      } else {
        await writeKerasModel(complete, join(folder, 'model.h5'));
        outputs.keras = (await oracle.predict(join(folder, 'model.h5'), pixels)).output;
      }
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

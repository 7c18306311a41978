import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compareBackbones } from '../../src/analysis/advise';
import { imageFolder } from '../../src/data';
import { withReading } from '../../src/data/pictures/datasetReading';
import { decodePicture } from '../../src/data/pictures/decode';
import { withChannelStatistics } from '../../src/features';
import { type BackboneData, loadBackbone, loadTfjsModel } from '../../src/models';
import { openRun, saveRun } from '../../src/runs';
import { exportRun } from '../../src/runs/export';
import { tf } from '../../src/tensorflow';
import { train } from '../../src/training';
import { npy } from '../data/pictures/npy';
import { tiff } from '../data/pictures/tiff';
import { temporaryFolder } from '../folders';
import { stripesFolder } from '../pictures';

const BANDS = 13;
const SIDE = 32;
const backbone: BackboneData = { architecture: 'mobilenet-v1-0.25', inputChannels: BANDS };

/** Two classes that differ in band 11 alone: of 16-bit values, as a satellite has them. */
function bandsFolder(): string {
  const folder = temporaryFolder();
  ['field', 'water'].forEach((name, label) => {
    mkdirSync(join(folder, name));
    for (let i = 0; i < 12; i++) {
      const value = (x: number, y: number, band: number) =>
        200 * band + ((7 * x + 13 * y + 29 * i + 3 * band) % 50) + (band === 11 ? 900 * label : 0);
      const size = { width: SIDE, height: SIDE, bands: BANDS };
      const isTiff = i % 2 === 0;
      const file = join(folder, name, `${i}.${isTiff ? 'tif' : 'npy'}`);
      writeFileSync(
        file,
        isTiff ? tiff('uint16', size, value) : npy('<u2', [BANDS, SIDE, SIDE], (b, y, x) => value(x, y, b)),
      );
    }
  });
  return folder;
}

/** As for Sentinel-2: sample values are divided by 10000. */
const reflectance: BackboneData = {
  ...backbone,
  preprocessing: {
    ...{ mean: new Array<number>(BANDS).fill(0), std: new Array<number>(BANDS).fill(255) },
    range: [0, 10_000],
  },
};

describe('pictures of other channels than red, green and blue', function () {
  this.timeout(300_000);

  it('get the values that weights were trained on, whatever range their samples are read with', async () => {
    for (const range of ['auto', [0, 4000], 'full'] as const) {
      const { examples } = await withReading(imageFolder(bandsFolder()), { range });
      const loaded = await loadBackbone(
        { ...reflectance, preprocessing: { ...reflectance.preprocessing, crop: 1, inputSize: SIDE } },
        { weights: 'none' },
      );
      assert.equal(loaded.unknownStatistics, true);
      const { entry, unknownStatistics } = await withChannelStatistics(loaded, examples);
      loaded.model.dispose();
      const { mean, std, range: left } = entry.preprocessing;
      assert.deepEqual([left, unknownStatistics], [undefined, undefined]);
      const i = Number(/(\d+)\.(?:tif|npy)$/.exec(examples[0]!.file)![1]);
      const pixels = await decodePicture(readFileSync(examples[0]!.file), entry.preprocessing, examples[0]!.reading);
      const given = Object.values(examples[0]!.reading!.ranges!)[0] as readonly (readonly [number, number])[];
      for (let band = 0; band < BANDS; band++) {
        const [low, high] = typeof given[band] === 'object' ? given[band]! : (given as unknown as [number, number]);
        for (let at = 0; at < SIDE * SIDE; at += 37) {
          const [x, y] = [at % SIDE, Math.floor(at / SIDE)];
          const sample = 200 * band + ((7 * x + 13 * y + 29 * i + 3 * band) % 50); // the first picture is of the first class
          const expected = Math.min(high, Math.max(low, sample)) / 10_000;
          const actual = (pixels[at * BANDS + band]! - mean[band]!) / std[band]!;
          const step = (high - low) / 255 / 10_000; // 8 bits
          assert.ok(Math.abs(actual - expected) <= 0.51 * step + 1e-9, `${band}: ${actual} for ${expected}`);
        }
      }
    }
  });

  it('are normalized in a saved run as when it was trained', async () => {
    const dataset = await withReading(imageFolder(bandsFolder()));
    const options = { weights: 'random', inputSize: SIDE, epochs: 2, seed: 1, cache: false } as const;
    const result = await train(dataset, { ...options, backbone: reflectance });
    const folder = join(temporaryFolder(), 'run');
    await saveRun(result, folder);
    const run = await openRun(folder);
    assert.deepEqual(run.network.entry.preprocessing.mean, result.backbone.entry.preprocessing.mean);
    assert.ok(result.backbone.entry.preprocessing.std.every((value) => value > 255)); // less than all light is white
    const { predictions } = await run.predict(result.predictions.map(({ file }) => file));
    predictions.forEach(({ probabilities }, i) => {
      probabilities.forEach((p, c) => {
        assert.ok(Math.abs(p - result.predictions[i]!.probabilities[c]!) < 1e-5);
      });
    });
    run.dispose();
  });

  it('are trained on with all 13 bands, saved, opened again with the same mean and deviation, and predicted', async () => {
    const dataset = await withReading(imageFolder(bandsFolder()));
    assert.match(dataset.notes!.join(), /24 pictures have 16-bit samples in 13 bands/);
    const messages: string[] = [];
    const result = await train(dataset, {
      ...{
        backbone,
        weights: 'random',
        inputSize: SIDE,
        epochs: 8,
        seed: 1,
        cache: false,
        augment: 'standard',
        views: 1,
      },
      listener: { onMessage: (text) => messages.push(text) },
    });
    assert.ok(
      messages.some((text) => /without its changes of colour.* 13 channels/.test(text)),
      messages.join(),
    );
    const { mean, std, channels } = result.backbone.entry.preprocessing;
    assert.deepEqual([mean.length, std.length, channels], [BANDS, BANDS, BANDS]);
    assert.equal(result.accuracy, 1);
    const folder = join(temporaryFolder(), 'run');
    await saveRun(result, folder);
    const run = await openRun(folder);
    assert.deepEqual(run.configuration.preprocessing, result.backbone.entry.preprocessing);
    const { predictions } = await run.predict(result.predictions.map(({ file }) => file));
    predictions.forEach(({ probabilities }, i) => {
      probabilities.forEach((p, c) => {
        assert.ok(Math.abs(p - result.predictions[i]!.probabilities[c]!) < 1e-5);
      });
    });
    run.dispose();
    result.dispose();
  });

  it('are not compared by a backbone of three channels, which says what to do', async () => {
    const dataset = await withReading(imageFolder(bandsFolder()));
    await assert.rejects(
      compareBackbones(dataset, ['efficientnet-lite0'], { folds: 2, cache: false }),
      /^UserError: compareBackbones: EfficientNet-Lite0 can read no picture: .*: 13 bands: .*\(--input-channels 13\)$/,
    );
  });

  it('are compared by linear probes on measured mean and deviation', async () => {
    const dataset = await withReading(imageFolder(bandsFolder()));
    const network = await loadBackbone(backbone, { weights: 'none', inputSize: SIDE });
    assert.equal(network.unknownStatistics, true);
    const { entry, unknownStatistics } = await withChannelStatistics(network, dataset.examples);
    assert.equal(unknownStatistics, undefined);
    const { mean, std } = entry.preprocessing;
    const [sum, squares, count] = [new Float64Array(BANDS), new Float64Array(BANDS), { of: 0 }];
    for (const { file, reading } of dataset.examples) {
      const pixels = await decodePicture(readFileSync(file), entry.preprocessing, reading);
      pixels.forEach((value, i) => {
        sum[i % BANDS]! += value;
        squares[i % BANDS]! += value ** 2;
      });
      count.of += pixels.length / BANDS;
    }
    for (let band = 0; band < BANDS; band++) {
      assert.ok(Math.abs(mean[band]! - sum[band]! / count.of) < 1e-9);
      assert.ok(Math.abs(std[band]! ** 2 - (squares[band]! / count.of - mean[band]! ** 2)) < 1e-6);
    }
    network.model.dispose();
  });

  it('are trained on in grey with one channel, with the average of the mean and deviation of colours', async () => {
    const grey: BackboneData = { architecture: 'mobilenet-v2', inputChannels: 1 };
    const dataset = imageFolder(await stripesFolder(6));
    const options = { backbone: grey, weights: 'random', inputSize: SIDE, epochs: 2, seed: 1, cache: false } as const;
    const result = await train(dataset, options);
    const { mean, std, channels } = result.backbone.entry.preprocessing;
    assert.deepEqual([mean, std, channels], [[127.5], [127.5], 1]);
    assert.deepEqual(result.backbone.model.inputs[0]!.shape, [null, SIDE, SIDE, 1]);
    const folder = join(temporaryFolder(), 'run');
    await saveRun(result, folder);
    await exportRun(folder, join(folder, 'out'), { formats: ['tfjs'] });
    const exported = await loadTfjsModel(join(folder, 'out', 'tfjs', 'model.json'));
    assert.deepEqual(exported.inputs[0]!.shape, [null, SIDE, SIDE, 1]);
    const { file, probabilities } = result.predictions[0]!;
    const { preprocessing } = result.backbone.entry;
    const pixels = await decodePicture(readFileSync(file), preprocessing);
    const output = tf.tidy(() => {
      const x = tf.tensor(Float32Array.from(pixels), [1, SIDE, SIDE, 1]);
      return Array.from((exported.predict(x) as tf.Tensor).dataSync());
    });
    probabilities.forEach((p, c) => {
      assert.ok(Math.abs(p - output[c]!) < 1e-5);
    });
    exported.dispose();
    result.dispose();
  });

  it('are refused where their number differs, with what to do', async () => {
    const resize = { inputSize: SIDE, crop: 1, interpolation: 'bilinear', channels: BANDS } as const;
    const five = npy('|u1', [SIDE, SIDE, 5], (y, x, b) => x + y + b);
    await assert.rejects(
      decodePicture(five, resize),
      /5 bands, and the network takes 13: choose bands .*inputChannels 5/,
    );
    await assert.rejects(
      decodePicture(five, { ...resize, channels: 3 }),
      /5 bands: give those for red.*--input-channels 5/,
    );
    const [jpeg] = imageFolder(await stripesFolder(1)).examples;
    await assert.rejects(
      decodePicture(readFileSync(jpeg!.file), resize),
      /at most 4 channels, and the network takes 13/,
    );
    const dataset = { ...imageFolder(await stripesFolder(6)) };
    await assert.rejects(
      train(dataset, { backbone, weights: 'random', inputSize: SIDE, epochs: 1, cache: false }),
      /at most 4 channels, and the network takes 13/,
    );
    await assert.rejects(compareBackbones(dataset, [{ ...backbone, inputChannels: 65 }]), /inputChannels/);
  });
});

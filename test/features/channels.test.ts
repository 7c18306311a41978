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

describe('pictures of other channels than red, green and blue', function () {
  this.timeout(300_000);

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

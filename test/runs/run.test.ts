import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { imageFolder, splitDataset, splitFingerprint } from '../../src/data';
import { checkRunFolder, openRun, predict, readRun, saveRun } from '../../src/runs';
import { type TrainResult, train } from '../../src/training';
import { temporaryFolder } from '../folders';
import { stripesFolder, writePicture } from '../pictures';

describe('a run', () => {
  let data: string;
  let result: TrainResult;
  let folder: string;

  before(async () => {
    data = await stripesFolder(8);
    result = await train(imageFolder(data), { seed: 3, epochs: 5, cache: false });
    folder = join(temporaryFolder(), 'the run');
    await saveRun(result, folder);
  });

  const read = (name: string) => readFileSync(join(folder, name), 'utf8');

  it('learns colours quickly', () => {
    assert.ok(result.accuracy >= 0.8, String(result.accuracy));
    assert.equal(result.predictions.length, 6);
    assert.equal(result.history.length, 5);
  });

  it('gives the same prediction for each picture with the same seed', async () => {
    const again = await train(imageFolder(data), { seed: 3, epochs: 5, cache: false });
    assert.deepEqual(again.predictions, result.predictions);
    assert.equal(again.dataFingerprint, result.dataFingerprint);
  });

  it('has another data fingerprint if one picture changes', async () => {
    const changed = await stripesFolder(8);
    writePicture(join(changed, 'red/0.png'), readFileSync(join(changed, 'red/1.png')));
    const other = await train(imageFolder(changed), { seed: 3, epochs: 1, cache: false });
    assert.notEqual(other.dataFingerprint, result.dataFingerprint);
  });

  it('saves configuration, history, metrics, predictions and model', () => {
    assert.deepEqual(readdirSync(folder).sort(), [
      'config.json',
      'history.csv',
      'metrics.json',
      'model',
      'predictions.csv',
      'tensorboard',
    ]);
    const config = JSON.parse(read('config.json'));
    assert.equal(config.settings.seed, 3);
    assert.equal(config.data.fingerprint, result.dataFingerprint);
    assert.equal(config.data.split, splitFingerprint(splitDataset(imageFolder(data), { seed: 3 }), data));
    assert.notEqual(config.data.split, splitFingerprint(splitDataset(imageFolder(data), { seed: 4 }), data));
    assert.match(config.versions.tensorflow, /^2\./);
    assert.equal(
      read('history.csv').split('\n')[0],
      'epoch,loss,accuracy,validationLoss,validationAccuracy,learningRate,seconds',
    );
    assert.equal(read('history.csv').trim().split('\n').length, 6);
    assert.equal(JSON.parse(read('metrics.json')).accuracy, result.accuracy);
    const rows = read('predictions.csv').trim().split('\n');
    assert.equal(rows[0], 'file,class,predicted,probability of blue,probability of green,probability of red');
    assert.equal(rows.length, 7);
  });

  it('predicts the same after loading as after training', async () => {
    const files = result.predictions.map(({ file }) => file);
    const { predictions } = await predict({ run: folder }, files);
    predictions.forEach(({ classes }, i) => {
      const { predicted, probabilities } = result.predictions[i]!;
      assert.equal(classes[0]!.index, predicted);
      assert.equal(classes[0]!.name, result.classes[predicted]);
      assert.ok(Math.abs(classes[0]!.probability - probabilities[predicted]!) < 1e-4);
    });
  });

  it('never overwrites another run', () => {
    assert.throws(() => checkRunFolder(folder), /is not empty: give a new folder/);
  });

  it('leaves no files if it cannot be written', async () => {
    const parent = temporaryFolder();
    const broken = {
      ...result,
      head: { save: () => Promise.reject(new Error('disk full')) },
    } as unknown as TrainResult;
    await assert.rejects(saveRun(broken, join(parent, 'run')), /disk full/);
    assert.deepEqual(readdirSync(parent), []);
  });

  it('is refused if it is incomplete, damaged or based on other weights', async () => {
    const copy = join(temporaryFolder(), 'copy');
    cpSync(folder, copy, { recursive: true });
    const config = JSON.parse(read('config.json'));
    writeFileSync(join(copy, 'config.json'), JSON.stringify({ ...config, weightsHash: 'other' }));
    await assert.rejects(
      predict({ run: copy }, [join(data, 'red/0.png')]),
      /trained with other weights of EfficientNet-Lite0/,
    );
    const atSize = (inputSize: number) => JSON.stringify({ ...config, settings: { ...config.settings, inputSize } });
    for (const [inputSize, why] of [
      [100_000, /config\.json has settings .*inputSize must be 0, or a whole number >= 32 and <= 4096, got 100000/],
      [4096, /efficientnet-lite0 at 4096 pixels: layer "\w+" gives \[.*\] for a picture: more than fits/],
    ] as const) {
      writeFileSync(join(copy, 'config.json'), atSize(inputSize));
      await assert.rejects(predict({ run: copy }, [join(data, 'red/0.png')]), why);
    }
    writeFileSync(join(copy, 'config.json'), '{');
    await assert.rejects(openRun(copy), /the run in '.*copy' cannot be read/);
    for (const broken of ['{}', 'null', '{ "classes": "red" }']) {
      writeFileSync(join(copy, 'config.json'), broken);
      await assert.rejects(
        openRun(copy),
        /'.*copy' cannot be read: its config\.json (lacks settings|is nothing|has null), expected an object/,
      );
      assert.throws(
        () => readRun(copy),
        /cannot be read: its config\.json (lacks settings|is nothing|has null), expected an object/,
      );
    }
    writeFileSync(join(copy, 'config.json'), JSON.stringify({ ...config, classes: ['red'] }));
    await assert.rejects(openRun(copy), /its model has 3 outputs, but its config\.json names 1 classes/);
    rmSync(join(copy, 'model'), { recursive: true });
    await assert.rejects(openRun(copy), /is not a run folder: it has no model\/model.json/);
    mkdirSync(join(copy, 'empty'));
    await assert.rejects(openRun(join(copy, 'empty')), /no config.json/);
  });
});

describe('train', () => {
  it('refuses unknown variants, backbones and options before any work', async () => {
    const dataset = imageFolder(await stripesFolder(2));
    const variant = 'fine-tune-everything' as 'feature-extraction';
    await assert.rejects(
      train(dataset, { variant }),
      /unknown variant 'fine-tune-everything'; the variants are feature-extraction/,
    );
    // @ts-expect-error: no such backbone
    await assert.rejects(train(dataset, { backbone: 'vgg' }), /unknown backbone 'vgg'/);
    await assert.rejects(train(dataset, { epoch: 1 } as object), /unknown option 'epoch'/);
  });

  it('says so if no picture of a class can be read', async () => {
    const root = await stripesFolder(2);
    for (const name of ['0.png', '1.png']) writeFileSync(join(root, 'green', name), 'no picture');
    await assert.rejects(
      train(imageFolder(root), { cache: false }),
      /no picture could be read of class 'green' for training/,
    );
  });

  it('keeps the trained model when it is asked to stop', async () => {
    let epochs = 0;
    const dataset = imageFolder(await stripesFolder(4));
    const result = await train(dataset, {
      epochs: 40,
      listener: { onEpoch: () => void epochs++, shouldStop: () => epochs === 2 },
    });
    assert.equal(result.stopped, true);
    assert.equal(result.history.length, 3);
    assert.equal(result.predictions.length, 3);
  });
});

import assert from 'node:assert/strict';
import { cpSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import sharp from 'sharp';
import { UserError } from '../../src/core/errors';
import { imageFolder } from '../../src/data';
import type { PictureInput } from '../../src/features';
import { PICTURES_FOR_GRAPH } from '../../src/features/pictureNetwork';
import { type OpenRun, openRun, predict, saveRun } from '../../src/runs';
import { tf } from '../../src/tensorflow';
import { type TrainResult, train } from '../../src/training';
import { temporaryFolder } from '../folders';
import { stripesFolder } from '../pictures';

describe('an opened run', function () {
  this.timeout(120_000);
  let result: TrainResult;
  let folder: string;
  let model: OpenRun;
  let files: string[];

  before(async () => {
    result = await train(imageFolder(await stripesFolder(8)), { seed: 3, epochs: 5, inputSize: 64, cache: false });
    folder = join(temporaryFolder(), 'run');
    await saveRun(result, folder);
    model = await openRun(folder);
    files = result.predictions.map(({ file }) => file);
  });
  after(() => model.dispose());

  const probabilitiesOf = async (pictures: Parameters<OpenRun['predict']>[0]) => {
    const { predictions, skipped } = await model.predict(pictures);
    assert.deepEqual(skipped, []);
    return predictions.map(({ probabilities }) => probabilities);
  };

  it('gives the same probabilities as training, and the most probable classes by name', async () => {
    const { predictions } = await model.predict(files);
    predictions.forEach(({ file, classes, probabilities }, i) => {
      const expected = result.predictions[i]!;
      assert.equal(file, expected.file);
      probabilities.forEach((p, c) => assert.ok(Math.abs(p - expected.probabilities[c]!) < 1e-4));
      assert.equal(classes[0]!.name, result.classes[expected.predicted]);
      assert.equal(classes[0]!.probability, probabilities[classes[0]!.index]);
    });
    assert.deepEqual((await predict({ run: folder }, files)).predictions, predictions);
  });

  it('accepts paths, URLs of files, contents in memory and pixels, one or several', async () => {
    const [file] = files as [string];
    const content = readFileSync(file);
    const { data, info } = await sharp(file).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    const pixels = tf.tensor3d(new Uint8Array(data), [info.height, info.width, 3], 'int32');
    const within = new Uint8Array([...content, 1, 2, 3]).subarray(0, content.length);
    const inputs: PictureInput[] = [file, pathToFileURL(file), content, within, new Blob([content]), pixels];
    const [expected] = await probabilitiesOf(file);
    for (const input of inputs) assert.deepEqual(await probabilitiesOf(input), [expected]);
    const together = await probabilitiesOf(inputs);
    assert.equal(together.length, inputs.length);
    for (const row of together) row.forEach((p, c) => assert.ok(Math.abs(p - expected![c]!) < 1e-5));
    const stacked = tf.tidy(() => tf.stack([pixels, pixels]) as tf.Tensor4D);
    assert.equal((await probabilitiesOf(stacked)).length, 2);
    assert.ok(!pixels.isDisposed && !stacked.isDisposed); // they belong to the caller
    tf.dispose([pixels, stacked]);
    assert.deepEqual(await model.predict([]), { predictions: [], skipped: [] });
  });

  it('names pictures in memory by their position or name, and lists those that cannot be read', async () => {
    const content = readFileSync(files[0]!);
    const named = new File([content], 'from a form.png');
    const { predictions, skipped } = await model.predict([content, 'nowhere.jpg', named, Buffer.from('no picture')]);
    assert.deepEqual(
      predictions.map(({ file }) => file),
      ['picture 1', 'from a form.png'],
    );
    assert.deepEqual(
      skipped.map(({ file }) => file),
      ['nowhere.jpg', 'picture 4'],
    );
    assert.equal(skipped[0]!.reason, 'no such file');
  });

  it('says what it received if an input is invalid', async () => {
    const wrong = async (input: unknown, message: RegExp) =>
      assert.rejects(model.predict(input as PictureInput), (error: UserError) => {
        assert.ok(error instanceof UserError);
        assert.match(error.message, message);
        return true;
      });
    await wrong([files[0], 7], /^predict: picture 2 is number, expected a path, a file: URL, a Buffer or Blob/);
    await wrong(undefined, /picture 1 is undefined/);
    await wrong([[files[0]]], /picture 1 is a list/);
    await wrong(new URL('https://example.org/a.jpg'), /is at 'https:.*', expected a file: URL; download it first/);
    await wrong(tf.zeros([4, 4]), /predict: picture 1 must be \[height, width, 3 or 1\], got \[4,4\]/);
    await wrong(tf.fill([9, 9, 3], 300), /predict: picture 1 has the value 300, expected 0 to 255/);
    await assert.rejects(model.predict(files, { batchSize: 2 } as object), /unknown option 'batchSize'/);
  });

  it('is loaded once: its folder may be removed, and predicting keeps no tensors', async () => {
    const copy = join(temporaryFolder(), 'copy');
    cpSync(folder, copy, { recursive: true });
    const opened = await openRun(copy);
    rmSync(copy, { recursive: true });
    const { predictions: expected } = await model.predict(files);
    const { numTensors } = tf.memory();
    for (let i = 0; i < 3; i++) assert.deepEqual((await opened.predict(files)).predictions, expected);
    const both = await Promise.all([opened.predict(files), opened.predict(files.slice(1))]);
    assert.deepEqual(both[0].predictions, expected);
    assert.equal(tf.memory().numTensors, numTensors);
    opened.dispose();
    opened.dispose();
    assert.ok(tf.memory().numTensors < numTensors);
    await assert.rejects(opened.predict(files), /predict: the model was disposed; open it again/);
  });

  it('predicts the same for many pictures, which run as a graph', async () => {
    const many = Array.from({ length: PICTURES_FOR_GRAPH + 5 }, (_, i) => files[i % files.length]!);
    const rows = await probabilitiesOf(many);
    const expected = await predict({ run: folder }, files); // operation by operation
    rows.forEach((row, i) =>
      row.forEach((p, c) => assert.ok(Math.abs(p - expected.predictions[i % files.length]!.probabilities[c]!) < 1e-4)),
    );
  });

  it('computes the photos of a server one by one as a graph, too, from the sixteenth on', async () => {
    const opened = await openRun(folder);
    const { model: network } = opened.network;
    let eager = 0;
    const original = network.predictOnBatch.bind(network);
    network.predictOnBatch = (x) => {
      eager++;
      return original(x);
    };
    const answers: number[][] = [];
    for (let i = 0; i < 18; i++) answers.push((await opened.predict(files[0]!)).predictions[0]!.probabilities);
    assert.equal(eager, 15);
    for (const answer of answers)
      answer.forEach((p, c) => assert.ok(Math.abs(p - answers[0]![c]!) < 1e-4, `${p}, ${answers[0]![c]}`));
    opened.dispose();
  });

  it('stops between pictures when the listener asks for it', async () => {
    let seen = 0;
    const listener = { onProgress: () => void seen++, shouldStop: () => seen === 2 };
    assert.equal((await model.predict(files, { listener })).predictions.length, 2);
  });

  it('is refused if its files contain anything that a run cannot contain', async () => {
    const config = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'));
    const copy = join(temporaryFolder(), 'copy');
    cpSync(folder, copy, { recursive: true });
    const refused = async (change: object, message: RegExp) => {
      writeFileSync(join(copy, 'config.json'), JSON.stringify({ ...config, ...change }));
      await assert.rejects(openRun(copy), (error: UserError) => {
        assert.ok(error instanceof UserError, String(error));
        assert.match(error.message, /^the run in '.*copy' cannot be read: /);
        assert.match(error.message, message);
        return true;
      });
    };
    const { settings } = config;
    await refused({ settings: { ...settings, inputSize: 100_000 } }, /inputSize must be .* <= 4096, got 100000/);
    await refused({ settings: { ...settings, inputSize: -1 } }, /inputSize/);
    await refused({ settings: { ...settings, backbone: '../../etc' } }, /unknown backbone/);
    await refused(
      { settings: { ...settings, seed: { toString: 'x' } } },
      /config\.json has settings that `train` does not accept/,
    );
    await refused({ model: 'whole' }, /its model takes \[1280\], expected square pictures/);
    rmSync(join(copy, 'config.json'));
    symlinkSync(join(folder, 'config.json'), join(copy, 'config.json')); // a link out of the folder
    await assert.rejects(openRun(copy), UserError);
  });
});

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../../src/core/paths';
import { sharedData, temporaryFolder } from '../folders';
import { addBadPictures, addOddPictures, stripesFolder } from '../pictures';
import { errorLine } from './errorLine';
import { runCommand } from './runCommand';

function tunebook(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(projectFolder, 'kernel-setup', 'tunebook.mjs'), ...args],
    { encoding: 'utf8', maxBuffer: 2 ** 26, cwd: temporaryFolder() },
  );
  return { status, stdout, stderr, json: () => JSON.parse(stdout.trim().split('\n').at(-1)!) };
}

describe('tunebook', () => {
  it('has help for itself and every command', () => {
    const { status, stdout } = tunebook('--help');
    assert.equal(status, 0);
    for (const command of ['train', 'predict', 'notebooks', 'lab', 'doctor']) {
      assert.match(stdout, new RegExp(`^  ${command}\\b`, 'm'));
      const help = tunebook(command, '--help');
      assert.equal(help.status, 0);
      assert.match(help.stdout, new RegExp(`^Usage: tunebook ${command}`));
    }
  });

  it('loads the code of the command that is called, and not that of the others', () => {
    const loadedFor = (...names: string[]) => {
      const program = `require(process.argv[1]).commandLine(...process.argv.slice(2)); console.log(Object.keys(require.cache).join('\\n'))`;
      const main = join(projectFolder, 'dist', 'src', 'cli', 'main.js');
      const { stdout } = spawnSync(process.execPath, ['-e', program, main, ...names], { encoding: 'utf8' });
      return stdout.split('\n').flatMap((file) => /[\\/]src[\\/](\w+)[\\/]/.exec(file)?.[1] ?? []);
    };
    assert.deepEqual([...new Set(loadedFor('setup'))].sort(), ['cli', 'core']);
    for (const folder of ['training', 'analysis', 'study']) assert.ok(loadedFor().includes(folder), folder); // for the help of all
  });

  it('answers mistakes and failures of the machine with one line and exit code 1', async () => {
    const photos = temporaryFolder();
    const { status, stdout, stderr } = tunebook('train', '--data', join(photos, 'nowhere'));
    assert.deepEqual([status, stdout], [1, '']);
    assert.match(stderr, /^tunebook: no folder '.*nowhere'[^\n]*\n$/);
    assert.match(await errorLine('train', '--data', photos), /^tunebook: '.*' has no subfolder with pictures/);
    assert.match(await errorLine('train'), /required option '--data <dir>'/);
    assert.match(
      await errorLine('train', '--data', photos, '--epochs', 'many'),
      /epochs must be a whole number >= 1 and <= 1000000, got 'many'/,
    );
    assert.match(
      await errorLine('train', '--data', photos, '--backbone', 'vgg'),
      /unknown backbone 'vgg'; the backbones are efficientnet-lite0/,
    );
    assert.match(await errorLine('train', '--data', photos, '--variant', 'hybird'), /\(did you mean 'hybrid'\?\)$/);
    assert.equal(
      await errorLine('train', '--dta', photos),
      "tunebook: unknown option '--dta' (did you mean '--data'?)",
    );
    assert.match(
      await errorLine('trian', '--data', photos),
      /^tunebook: unknown command 'trian' \(Did you mean train\?\)$/,
    );
    assert.match(
      await errorLine('train', '--data', __filename),
      /is a file of a kind that is not read: give a folder of pictures, a table/,
    );
    assert.match(
      await errorLine('train', '--data', 'emoji', '--out', __filename),
      /is a file: give a new folder for the run$/,
    );
    assert.match(
      await errorLine('train', '--data', 'emoji', '--out', '/proc/run'),
      /'\/proc\/run' cannot be written: .*run$/,
    );
    for (const command of [['site'], ['notebooks', '00-quick-start']]) {
      assert.match(
        await errorLine(...command, '--out', __filename),
        /cannot be written: .*; give another folder for the/,
      );
    }
    assert.match(
      await errorLine('check', '--data', 'emoji', '--picture', photos),
      /is not a file name: give one for .*, such as chart\.png, with --picture$/,
    );
    const { TUNEBOOK_CACHE } = process.env;
    const archive = join(temporaryFolder(), 'photos.zip');
    writeFileSync(archive, Buffer.concat([Buffer.from('PK\x05\x06'), Buffer.alloc(18)]));
    process.env.TUNEBOOK_CACHE = archive; // a file where a folder should be
    try {
      assert.match(
        await errorLine('predict', '--model', photos, archive),
        /^tunebook: ENOTDIR: not a directory, mkdir/,
      );
    } finally {
      if (TUNEBOOK_CACHE === undefined) delete process.env.TUNEBOOK_CACHE;
      else process.env.TUNEBOOK_CACHE = TUNEBOOK_CACHE;
    }
    assert.match(
      await errorLine('predict', '--model', photos, '--weights-file', archive, 'a.jpg'),
      /option '--model <run>' cannot be used with option '--weights-file <file>'/,
    );
    assert.match(await errorLine('predict', 'a.jpg'), /^tunebook: give a model: --model RUN, or --backbone/);
    assert.match(await errorLine('predict', '--model', photos, 'a.jpg'), /is not a run folder: it has no config.json/);
    assert.match(
      await errorLine('predict', '--backbone', 'efficientnet-lite0', 'nothing.jpg'),
      /no picture could be read: nothing.jpg: no such file/,
    );
  });
});

describe('tunebook train', () => {
  it('trains on the readable pictures of a folder with many unreadable ones, which it lists with reasons', async () => {
    const root = await stripesFolder(6);
    const expected = await addBadPictures(root);
    await addOddPictures(root);
    const run = join(temporaryFolder(), 'run');
    const { status, stderr, json } = tunebook(
      'train',
      '--data',
      root,
      '--epochs',
      '4',
      '--seed',
      '2',
      '--json',
      '--out',
      run,
    );
    assert.equal(status, 0, stderr);
    const result = json();
    assert.deepEqual(Object.keys(result), [
      'accuracy',
      'interval',
      'baseline',
      'loss',
      'test',
      'epochs',
      'ended',
      'seconds',
      'peakMemory',
      'pictures',
      'classes',
      'seed',
      'recipe',
      'interpolation',
      'run',
    ]);
    assert.deepEqual(Object.keys(result.seconds), ['total', 'decode', 'features', 'training']);
    assert.deepEqual(result.classes, ['blue', 'green', 'red']);
    assert.equal(result.pictures.train + result.pictures.validation, 3 * 6 + 2);
    const [low, high] = result.interval;
    assert.ok(low < result.accuracy && result.accuracy <= high);
    assert.ok(result.baseline.accuracy >= 1 / 3 && result.classes.includes(result.baseline.class));
    assert.equal(result.test, null);
    assert.equal(result.epochs, 4);
    assert.equal(result.seed, 2);
    assert.equal(result.run, run);
    assert.ok(existsSync(join(run, 'model', 'model.json')));
    const reasons = Object.fromEntries(
      result.pictures.skipped.map(({ file, reason }: { file: string; reason: string }) => [
        file.slice(root.length + 1),
        reason,
      ]),
    );
    assert.deepEqual(Object.keys(reasons).sort(), Object.keys(expected).sort());
    for (const [file, reason] of Object.entries(expected)) assert.match(reasons[file]!, reason, file);
  });

  it('prints accuracy, loss, the time of each phase and the numbers of pictures as text', async () => {
    const { status, stdout, stderr } = tunebook('train', '--data', await stripesFolder(4), '--epochs', '2');
    assert.equal(status, 0, stderr);
    assert.match(
      stdout,
      /^validation accuracy {2}\d\.\d{3} {2}\(95% interval \d\.\d{3} to \d\.\d{3}\); always '\w+': 0\.\d{3}$/m,
    );
    assert.match(stdout, /^time .*decoding .* features .* training/m);
    assert.match(stdout, /^pictures {13}9 for training, 3 for validation, 0 skipped$/m);
    assert.match(stderr, /epoch 2 of 2/);
  });

  it('trains each variant, resumes, and predicts with a run that contains the whole model', async () => {
    const data = await stripesFolder(4);
    const [run, state] = [join(temporaryFolder(), 'run'), temporaryFolder()];
    const common = ['train', '--data', data, '--no-cache', '--json', '--blocks', '1', '--batch-size', '8'];
    const hybrid = [...common, '--variant', 'hybrid', '--epochs', '1', '--checkpoint', state];
    const first = tunebook(...hybrid, '--out', run);
    assert.equal(first.status, 0, first.stderr);
    const resumed = tunebook(...hybrid, '--resume');
    assert.doesNotMatch(resumed.stderr, /^epoch/m); // it was done
    assert.equal(resumed.json().loss, first.json().loss);
    const { predictions } = tunebook('predict', '--model', run, '--json', join(data, 'red/0.png')).json();
    assert.deepEqual(predictions[0].classes.map(({ name }: { name: string }) => name).sort(), ['blue', 'green', 'red']);
    const all = tunebook(...common, '--variant', 'fine-tune-all', '--epochs', '1', '--head', 'dense', '--clip', '1');
    assert.equal(all.status, 0, all.stderr);
    assert.equal(all.json().epochs, 1);
    const phases = ['--variant', 'two-phase', '--epochs', '2', '--head-epochs', '1', '--schedule', 'cosine'];
    assert.match(tunebook(...common, ...phases).stderr, /epoch 2 of 2/);
    assert.match(await errorLine(...common, '--resume'), /resume needs a checkpoint folder/);
    assert.match(
      await errorLine(...common, '--variant', 'all'),
      /unknown variant 'all'; the variants are feature-extraction, .*hybrid,/,
    );
  });

  it('reaches 0.86 on 40 photos per class of flowers', function () {
    const flowers = sharedData('flowers');
    if (!flowers) return this.skip(); // real photos are next to the project on some machines only
    const { accuracy, pictures } = tunebook('train', '--data', flowers, '--seed', '1', '--json').json();
    assert.deepEqual([pictures.train, pictures.validation], [200, 150]);
    assert.ok(accuracy >= 0.86, String(accuracy));
  });

  it('reaches 0.74 on emoji of unseen concepts, as the mean of seeds 1 to 5', async function () {
    this.timeout(240_000);
    const accuracies: number[] = [];
    for (const seed of [1, 2, 3, 4, 5]) {
      const { stdout } = await runCommand('train', '--data', 'emoji', '--seed', String(seed), '--json');
      accuracies.push(JSON.parse(stdout.trim().split('\n').at(-1)!).accuracy);
    }
    const mean = accuracies.reduce((sum, accuracy) => sum + accuracy, 0) / accuracies.length;
    assert.ok(mean >= 0.74, accuracies.join(' '));
  });
});

describe('tunebook predict', () => {
  it('predicts ImageNet classes: 0.82 top-1 and 0.96 top-5 on sample photos', function () {
    const samples = sharedData('imagenet-samples');
    if (!samples) return this.skip();
    const files = readdirSync(samples).map((name) => join(samples, name));
    const { predictions } = tunebook('predict', '--backbone', 'efficientnet-lite0', '--json', ...files).json();
    assert.equal(predictions.length, 50);
    const ranks: number[] = predictions.map(({ file, classes }: { file: string; classes: { index: number }[] }) =>
      classes.findIndex(({ index }) => index === Number(/(\d{4})_n\d+/.exec(file)![1])),
    );
    assert.ok(ranks.filter((rank) => rank === 0).length >= 41);
    assert.ok(ranks.filter((rank) => rank >= 0).length >= 48);
  });

  it('lists five classes with index, name and probability, and the files it skipped', async () => {
    const root = await stripesFolder(1);
    const { status, json } = tunebook(
      'predict',
      '--backbone',
      'efficientnet-lite0',
      '--json',
      join(root, 'red/0.png'),
      __filename,
      join(root, 'blue'), // a folder means all pictures in it
    );
    assert.equal(status, 0);
    const { predictions, skipped } = json();
    assert.equal(predictions[0].file, join(root, 'red/0.png'));
    assert.equal(predictions[1].file, join(root, 'blue/0.png'));
    assert.equal(predictions[0].classes.length, 5);
    assert.deepEqual(Object.keys(predictions[0].classes[0]), ['index', 'name', 'probability']);
    assert.deepEqual(skipped, [{ file: __filename, reason: 'not a picture: its content is in no known format' }]);
  });
});

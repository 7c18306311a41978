import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type NamedArray, writeSafetensors } from '../../src/models';
import { temporaryFolder } from '../folders';
import { NAME, registerSmall, tensors } from '../models/smallFamily';
import { stripesFolder } from '../pictures';
import { runCommand } from './runCommand';

/** Write a state dictionary as accelerate does: a file for each tensor here, and an index of them. */
function writeShards(folder: string, arrays: ReadonlyMap<string, NamedArray>): string {
  mkdirSync(folder);
  const map = Object.fromEntries(
    [...arrays].map(([name, array], i) => {
      const shard = `model-0000${i + 1}-of-0000${arrays.size}.safetensors`;
      writeSafetensors(join(folder, shard), new Map([[name, array]]));
      return [name, shard];
    }),
  );
  const index = join(folder, 'model.safetensors.index.json');
  writeFileSync(index, JSON.stringify({ metadata: { total_size: 1 }, weight_map: map }));
  return index;
}

describe('weights of your own on the command line', function () {
  this.timeout(120_000);
  const folder = temporaryFolder();
  const file = join(folder, 'small_net-1234abcd.safetensors');
  const unnamed = join(folder, 'mine.safetensors');
  const shards = join(folder, 'small_net');
  let photos: string;
  let removeSmall: () => void;

  before(async () => {
    removeSmall = registerSmall();
    writeSafetensors(file, tensors('', 3, 1000));
    cpSync(file, unnamed);
    writeShards(shards, tensors('module.', 3, 1000));
    photos = await stripesFolder(6);
  });
  after(() => removeSmall());

  const json = async (...args: string[]) => {
    const { status, stdout, stderr } = await runCommand(...args, '--json');
    assert.notEqual(status, 1, stderr);
    return JSON.parse(stdout.trim().split('\n').at(-1)!);
  };
  const error = async (...args: string[]) => (await runCommand(...args)).stderr.trim().split('\n').at(-1)!;
  const training = ['train', '--recipe', 'none', '--epochs', '1', '--no-cache'];
  const train = (...args: string[]) => json(...training, '--data', photos, ...args);

  it('are a file whose name says the architecture, a file beside a name, shards, and the run that they made: all train alike', async () => {
    const run = join(folder, 'run');
    const { validation } = await train('--backbone', file, '--out', run);
    for (const same of [
      ['--backbone', NAME, '--weights-file', unnamed],
      ['--weights-file', shards],
      ['--backbone', run],
    ]) {
      assert.deepEqual((await train(...same)).validation, validation, same.join(' '));
    }
    const { settings } = JSON.parse(readFileSync(join(run, 'config.json'), 'utf8'));
    assert.deepEqual(settings.backbone, { architecture: NAME, weights: file });
    const { predictions } = await json('predict', '--model', run, photos);
    assert.equal(predictions.length, 18);
  });

  it('predict with their own classifier, check labels, and are compared', async () => {
    const { predictions } = await json('predict', '--backbone', file, photos);
    const named = await json('predict', '--backbone', NAME, '--weights-file', unnamed, photos);
    assert.deepEqual(named.predictions, predictions);
    const labels = await json('check', '--data', photos, '--labels', '--folds', '2', '--weights-file', file);
    assert.equal(labels.labels.checked, 18);
    const advice = ['advise', '--data', photos, '--backbones'];
    const { comparison, choices } = await json(...advice, `${file},${shards}`);
    assert.deepEqual(
      comparison.map((row: Record<string, unknown>) => [row.name, row.title, row.publishedTop1]),
      [
        [NAME, 'Small, small_net-1234abcd.safetensors', null],
        [NAME, 'Small, small_net', null],
      ],
    );
    assert.deepEqual(choices.map(({ weights }: { weights: string }) => weights).sort(), ['here', 'here']);
    const [only] = (await json(...advice, NAME, '--weights-file', unnamed)).comparison;
    assert.deepEqual(only.backbone, { architecture: NAME, weights: unnamed });
    assert.equal(only.fileBytes, readFileSync(unnamed).length);
  });

  it('are found beside the file of a study, and by workers in other folders', async () => {
    const study = join(folder, 'study.json');
    const settings = { backbone: { architecture: NAME, weights: 'mine.safetensors' }, recipe: 'none', epochs: 1 };
    writeFileSync(study, JSON.stringify({ data: photos, settings, seeds: 1 }));
    const { runs, folder: out } = await json('study', study, '--out', join(folder, 'study'));
    assert.equal(runs, 1);
    const { configuration } = JSON.parse(readFileSync(join(out, 'study.json'), 'utf8'));
    assert.equal(configuration.settings.backbone.weights, unnamed);
  });

  it('are refused in one line that says what to do', async () => {
    const data = ['--data', photos];
    assert.match(
      await error('train', ...data, '--backbone', unnamed),
      /does not say which architecture .* give --backbone NAME --weights-file /,
    );
    for (const missing of ['runs/frist', 'mine.pth']) {
      const said = await error('train', ...data, '--backbone', missing);
      assert.match(
        said,
        new RegExp(`no file or folder '${missing}': expected a run, a file of weights, or the name of`),
      );
    }
    assert.match(
      await error('advise', ...data, '--backbones', `${NAME},efficientnet-lite0`, '--weights-file', file),
      /--weights-file has the weights of one backbone, and --backbones names 2/,
    );
    assert.match(await error('advise', '--pictures', '20', '--backbones', file), /are measured on pictures: give them/);
    const odd = join(folder, 'odd');
    const index = writeShards(odd, tensors());
    writeFileSync(index, '{"weight_map":{"a":"../small_net-1234abcd.safetensors"}}');
    assert.match(
      await error('train', ...data, '--backbone', NAME, '--weights-file', odd),
      /names "\.\.\/small_net.*expected files \.safetensors or \.bin beside it/,
    );
  });
});

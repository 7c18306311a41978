import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { UserError } from '../../src/core/errors';
import { cacheFolder } from '../../src/core/paths';
import { openDataset } from '../../src/data/public';
import { displaySymbol } from '../../src/notebook';
import { type OpenRun, openRun, saveRun } from '../../src/runs';
import { type TrainResult, train } from '../../src/training';
import { cleanLabels, exploreConfusion, tryModel } from '../../src/widgets';
import { temporaryFolder } from '../folders';
import { stripes, stripesFolder } from '../pictures';

const options = { backbone: 'mobilenet-v1-0.25', weights: 'random', inputSize: 64, epochs: 2, cache: false } as const;

describe('widgets of a saved run', function () {
  this.timeout(120_000);
  const place = temporaryFolder();
  const saved = join(place, 'run');
  const whole = join(place, 'whole');
  let photos: string;
  let run: TrainResult;
  let opened: OpenRun;
  before(async () => {
    photos = await stripesFolder(12);
    const dataset = await openDataset(photos);
    run = await train(dataset, options);
    await saveRun(run, saved);
    const fine = await train(dataset, { ...options, epochs: 1, variant: 'fine-tune-all' });
    await saveRun(fine, whole);
    fine.dispose();
    opened = await openRun(saved);
  });
  after(() => {
    run?.dispose();
    opened?.dispose();
  });

  /** A copy of the run that says something else. */
  function changed(name: string, file: string, change: (content: Record<string, object>) => void): string {
    const folder = join(place, name);
    cpSync(saved, folder, { recursive: true });
    const content = JSON.parse(readFileSync(join(folder, file), 'utf8'));
    change(content);
    writeFileSync(join(folder, file), JSON.stringify(content));
    return folder;
  }

  describe('tryModel', () => {
    it('says the same of a picture as for the result of train, with the same training pictures', async () => {
      const content = await stripes('green', 40);
      const expected = await (await tryModel(run)).try(content);
      for (const source of [saved, opened]) {
        const trial = await tryModel(source);
        const found = await trial.try(content);
        assert.deepEqual(
          found.neighbors.map(({ file, class: name }) => `${file} ${name}`),
          expected.neighbors.map(({ file, class: name }) => `${file} ${name}`),
        );
        found.classes.forEach(({ name, probability }, i) => {
          assert.equal(name, expected.classes[i]!.name);
          assert.ok(Math.abs(probability - expected.classes[i]!.probability) < 1e-4, `${probability}`);
        });
        assert.equal(trial.problem, '');
        trial.dispose();
      }
      assert.equal((await opened.predict(content)).predictions.length, 1, 'a run that was given is not disposed');
    });

    it('works for a run that has trained the whole network', async () => {
      const trial = await tryModel(whole, { neighbors: 1 });
      const { neighbors } = await trial.try(readFileSync(run.split.train[3]!.file));
      assert.equal(neighbors[0]!.file, run.split.train[3]!.file);
      trial.dispose();
    });

    it('finds training pictures by their content, where they were renamed or moved, and no others', async () => {
      const moved = join(place, 'moved');
      cpSync(photos, moved, { recursive: true });
      const [first, second] = run.split.train.map(({ file }) => relative(photos, file));
      const renamed = join(moved, first!.split('/')[0]!, 'renamed.png');
      renameSync(join(moved, first!), renamed);
      writeFileSync(join(moved, second!), await stripes('red', 77)); // another picture in its place
      const trial = await tryModel(saved, { data: moved, neighbors: 20 });
      const { neighbors } = await trial.try(readFileSync(renamed));
      assert.equal(neighbors[0]!.file, renamed);
      const training = new Set(run.split.train.map(({ file }) => join(moved, relative(photos, file))));
      for (const { file } of neighbors.slice(1)) assert.ok(training.has(file), `${file} was not trained on`);
      assert.ok(!neighbors.some(({ file }) => file === join(moved, second!)));
      trial.dispose();
    });

    it('works without the training pictures, and says why they are missing', async () => {
      for (const [folder, expected] of [
        [
          changed('gone', 'config.json', ({ data }) => Object.assign(data!, { folder: '/nowhere/photos' })),
          /^No training pictures are shown: the pictures of the run were in "\/nowhere\/photos", which does not exist; `data`/,
        ],
        [
          changed('early', 'metrics.json', (metrics) => delete metrics.trainingHashes),
          /does not record which pictures/,
        ],
        [
          changed('others', 'metrics.json', (metrics) => Object.assign(metrics, { trainingHashes: ['ab'] })),
          /none of the training pictures of '.*others' is in/,
        ],
      ] as const) {
        const trial = await tryModel(folder);
        assert.match(trial.problem, expected);
        assert.deepEqual((await trial.try(await stripes('red', 1))).neighbors, []);
        trial.dispose();
        if (folder.endsWith('gone')) await assert.rejects(tryModel(folder, { data: '/nowhere/else' }), UserError);
      }
    });
  });

  describe('exploreConfusion', () => {
    it('shows the same as for the result of train', async () => {
      const expected = await exploreConfusion(run);
      for (const source of [saved, opened]) {
        const explorer = await exploreConfusion(source);
        assert.deepEqual(explorer.selected, expected.selected);
        assert.equal(explorer.missing, '');
        assert.deepEqual(
          (await explorer[displaySymbol]())['image/png'],
          (await expected[displaySymbol]())['image/png'],
        );
      }
      assert.ok((await exploreConfusion(whole)).positive);
    });

    it('shows no picture of another content than the run has recorded, and says how many are missing', async () => {
      const secret = join(place, 'secret');
      mkdirSync(secret);
      for (const { file } of run.split.validation) {
        const name = join(secret, relative(photos, file));
        mkdirSync(join(name, '..'), { recursive: true });
        writeFileSync(name, await stripes('blue', 99));
      }
      const folder = changed('stranger', 'config.json', ({ data }) => Object.assign(data!, { folder: secret }));
      const explorer = await exploreConfusion(folder);
      const { length } = run.predictions;
      assert.match(explorer.missing, new RegExp(`^${length} of ${length} validation pictures cannot be shown`));
      assert.match(String((await explorer[displaySymbol]())['text/plain']), /cannot be shown/);
      assert.equal((await exploreConfusion(folder, { data: photos })).missing, '');
    });
  });

  describe('cleanLabels', () => {
    it('looks at all pictures of the run, with the parts that it has used', async () => {
      const data = join(place, 'with-leaks');
      cpSync(photos, data, { recursive: true });
      const [trained] = run.split.train;
      const copy = join(data, 'green', 'copy.png');
      cpSync(trained!.file, copy); // new since the training, so in no part
      const folder = changed('cleaned', 'config.json', (config) => Object.assign(config.data!, { folder: data }));
      const cleaning = await cleanLabels(folder);
      assert.equal(cleaning.problem, '');
      assert.ok(cleaning.leaks.includes('green/copy.png') || cleaning.alike.includes('green/copy.png'));
      const [, second] = run.split.train;
      cpSync(second!.file, join(data, relative(photos, run.split.validation[0]!.file)));
      const later = await cleanLabels(folder, { labels: false });
      for (const { file } of [second!, run.split.validation[0]!]) {
        assert.ok(later.leaks.includes(relative(photos, file)), `${relative(photos, file)}: ${later.leaks}`);
      }
      const text = String((await later[displaySymbol]())['text/plain']);
      assert.match(text, /which is in the train part\n/);
      assert.match(text, /which is in the validation part\n/);
      later.decide(relative(photos, second!.file), 'leave out');
      assert.equal((await openDataset(data)).corrections?.leftOut, 1);
    });

    it('finds the same suspects for a folder, an open run and the result of train', async () => {
      const expected = (await cleanLabels(run)).suspects;
      assert.ok(expected.length > 0);
      assert.deepEqual((await cleanLabels(saved)).suspects, expected);
      assert.deepEqual((await cleanLabels(opened)).suspects, expected);
    });

    it('asks for the dataset where the folder does not say the classes, or nothing is kept', async () => {
      const flat = temporaryFolder();
      mkdirSync(join(flat, 'all'));
      mkdirSync(join(flat, 'rest'));
      for (const name of ['all', 'rest']) writeFileSync(join(flat, name, '1.png'), await stripes('red', 1));
      for (const [data, expected] of [
        [flat, /do not give the classes of .*open the dataset as for the training/],
        [cacheFolder('samples', 'emoji'), /in tunebook's cache, where nothing of yours is kept/],
        [join(place, 'nowhere'), /were in ".*nowhere", which does not exist/],
      ] as const) {
        const folder = changed('elsewhere', 'config.json', (config) => Object.assign(config.data!, { folder: data }));
        await assert.rejects(
          cleanLabels(folder),
          (error: Error) => error instanceof UserError && expected.test(error.message),
        );
        rmSync(folder, { recursive: true });
      }
      await assert.rejects(cleanLabels(5 as never), /expected a dataset, what train or openRun returned, .* got 5/);
      await assert.rejects(tryModel({} as never), /expected what train or openRun returned, .* got an object|got \{\}/);
      await assert.rejects(exploreConfusion(photos), /is not a run folder/);
    });
  });
});

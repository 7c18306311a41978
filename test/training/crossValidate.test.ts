import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { foldsText, trainFolds } from '../../src/cli/folds';
import { UserError } from '../../src/core/errors';
import { type Dataset, imageFolder, kFold } from '../../src/data';
import { readRun } from '../../src/runs';
import { crossValidate } from '../../src/training';
import { temporaryFolder } from '../folders';
import { stripesFolder } from '../pictures';

describe('crossValidate', function () {
  this.timeout(120_000);
  const quick = { epochs: 2, inputSize: 64, cache: false } as const;
  let dataset: Dataset;

  before(async () => {
    const found = imageFolder(await stripesFolder(6));
    dataset = {
      ...found,
      examples: found.examples.map((each, i) => ({ ...each, group: `pair ${Math.floor(i / 2)}` })),
    };
  });

  it('predicts every picture once, by a model that was not trained on it or its group', async () => {
    const seen: [Set<string | undefined>, Set<string | undefined>][] = [];
    const result = await crossValidate(dataset, {
      ...{ ...quick, folds: 3 },
      onFold: ({ split, predictions }) => {
        const groups = (examples: readonly { group?: string }[]) => new Set(examples.map(({ group }) => group));
        seen.push([groups(split.train), groups(predictions)]);
      },
    });
    assert.deepEqual(
      result.predictions.map(({ file }) => file),
      dataset.examples.map(({ file }) => file),
    );
    assert.equal(result.folds.length, 3);
    for (const [trained, predicted] of seen) for (const group of predicted) assert.ok(!trained.has(group));
    const right = result.folds.reduce((sum, { accuracy, validation }) => sum + accuracy * validation, 0);
    assert.ok(Math.abs(result.summary.accuracy.estimate - right / 18) < 1e-9);
    assert.equal(result.summary.accuracy.groups, 9);
  });

  it('leaves test pictures in no fold, also where nothing else says its part', async () => {
    const test = new Set(dataset.examples.filter((_, i) => i % 6 < 2).map(({ file }) => file));
    const given = {
      ...dataset,
      examples: dataset.examples.map((each) => (test.has(each.file) ? { ...each, subset: 'test' as const } : each)),
    };
    const { predictions } = await crossValidate(given, { ...quick, folds: 2, epochs: 1 });
    assert.equal(predictions.length, 12);
    assert.ok(predictions.every(({ file }) => !test.has(file)));
    for (const { train, validation } of kFold(given, { folds: 2 })) {
      assert.ok([...train, ...validation].every(({ file }) => !test.has(file)));
    }
    const drawn = await crossValidate(dataset, { ...quick, folds: 2, epochs: 1, test: 0.34 });
    assert.equal(drawn.predictions.length, 12);
  });

  it('saves the run of each fold, all predictions and the metrics, and says them in a table', async () => {
    const out = join(temporaryFolder(), 'folds');
    const result = await trainFolds(dataset, { ...quick, folds: 2 }, out);
    for (const fold of [1, 2]) {
      const { predictions } = readRun(join(out, `fold-${fold}`));
      assert.equal(predictions.length, result.folds[fold - 1]!.validation);
    }
    const lines = readFileSync(join(out, 'out-of-fold.csv'), 'utf8').trim().split('\n');
    assert.equal(lines.length, 19);
    const { summary, folds } = JSON.parse(readFileSync(join(out, 'metrics.json'), 'utf8'));
    assert.equal(summary.accuracy.estimate, result.summary.accuracy.estimate);
    assert.equal(folds.length, 2);
    assert.match(foldsText(result, out), /out-of-fold accuracy {2}\d\.\d{3} {2}\(95% interval/);
  });

  it('loses no fold that was trained when a later one fails, and nothing that somebody else wrote', async () => {
    const out = join(temporaryFolder(), 'folds');
    const listener = {
      onMessage: (text: string) => {
        if (!text.startsWith('fold 2')) return;
        writeFileSync(join(out, 'notes.txt'), 'mine');
        throw new Error('the disk is full');
      },
    };
    await assert.rejects(trainFolds(dataset, { ...quick, folds: 2, listener }, out), /the disk is full/);
    assert.ok(readRun(join(out, 'fold-1')).predictions.length > 0);
    assert.deepEqual(readdirSync(out).sort(), ['fold-1', 'notes.txt']);
    assert.equal(readFileSync(join(out, 'notes.txt'), 'utf8'), 'mine');
  });

  it('stops between folds with what is finished, and refuses what it cannot do', async () => {
    let stop = false;
    const { stopped, folds, predictions } = await crossValidate(dataset, {
      ...{ ...quick, folds: 3 },
      listener: { shouldStop: () => stop },
      onFold: () => {
        stop = true;
      },
    });
    assert.deepEqual([stopped, folds.length], [true, 1]);
    assert.equal(predictions.length, folds[0]!.validation);
    const refused = (options: object, text: RegExp) =>
      assert.rejects(
        crossValidate(dataset, options),
        (error) => error instanceof UserError && text.test(error.message),
      );
    await refused({ validation: 0.2 }, /unknown option 'validation'/);
    await refused({ folds: 100 }, /100 folds/);
    await refused({ fold: 3 }, /unknown option 'fold'/);
  });
});

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { appendFileSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { sha256 } from '../../src/core/files';
import { type Dataset, imageFolder, splitDataset } from '../../src/data';
import { testSections } from '../../src/report/testPictures';
import { evaluateRun, readRun, saveRun } from '../../src/runs';
import { exportRun, modelCardMarkdown } from '../../src/runs/export';
import { type TrainOptions, type TrainResult, train } from '../../src/training';
import { EarlyStopping, rankedMeasures } from '../../src/training/earlyStopping';
import { recordTestUse, testUseWarning } from '../../src/training/testUses';
import { temporaryFolder, withEmptyCache } from '../folders';
import { stripesFolder } from '../pictures';

const quick: TrainOptions = { epochs: 3, inputSize: 64, cache: false };

/** Pictures that no earlier test run has used: test pictures are remembered by their content. */
async function newPictures(perClass: number): Promise<Dataset> {
  const dataset = imageFolder(await stripesFolder(perClass));
  for (const { file } of dataset.examples) appendFileSync(file, randomUUID());
  return dataset;
}

describe('test pictures', function () {
  this.timeout(120_000);
  let dataset: Dataset;
  let result: TrainResult;

  before(async () => {
    dataset = await newPictures(12);
    result = await train(dataset, { ...quick, test: 0.25 });
  });

  it('are put aside by the setting `test`, the same for every seed, and nothing in the training uses them', () => {
    const { test, split } = result;
    assert.equal(test!.predictions.length, 9);
    const used = new Set([...split.train, ...split.validation].map(({ file }) => file));
    assert.ok(test!.predictions.every(({ file }) => !used.has(file)));
    const files = ({ test = [] }: ReturnType<typeof splitDataset>) => test.map(({ file }) => file).sort();
    assert.deepEqual(
      files(splitDataset(dataset, { test: 0.25, seed: 0 })),
      files(splitDataset(dataset, { test: 0.25, seed: 7 })),
    );
  });

  it('leave the training as it is without them', async () => {
    const parts = splitDataset(dataset, { test: 0.25 });
    const marked = (examples: Dataset['examples'], subset: 'train' | 'validation') =>
      examples.map((example) => ({ ...example, subset }));
    const without = {
      ...dataset,
      examples: [...marked(parts.train, 'train'), ...marked(parts.validation, 'validation')],
    };
    const { history, accuracy, test } = await train(without, quick);
    assert.deepEqual(
      history.map(({ loss, validationLoss }) => [loss, validationLoss]),
      result.history.map(({ loss, validationLoss }) => [loss, validationLoss]),
    );
    assert.equal(accuracy, result.accuracy);
    assert.equal(test, undefined);
  });

  it('are those that the folder or table names, and only those', async () => {
    const chosen = dataset.examples.filter((_, i) => i % 4 === 0).map(({ file }) => file);
    const given = {
      ...dataset,
      examples: dataset.examples.map((example) => ({
        ...example,
        ...(chosen.includes(example.file) && { subset: 'test' as const }),
      })),
    };
    const { test, split } = await train(given, { ...quick, epochs: 1 });
    assert.deepEqual(test!.predictions.map(({ file }) => file).sort(), [...chosen].sort());
    assert.equal(split.train.length + split.validation.length, 27);
    const quiet = await train(given, { ...quick, epochs: 1, evaluateTest: false });
    assert.equal(quiet.test, undefined);
  });

  it('give the numbers of a later evaluation of the saved run, and are saved with it', async () => {
    const folder = join(temporaryFolder(), 'run');
    await saveRun(result, folder);
    const saved = readRun(folder).test!;
    assert.deepEqual(saved.summary, JSON.parse(JSON.stringify(result.test!.summary)));
    assert.equal(saved.predictions.length, 9);
    const files = new Set(result.test!.predictions.map(({ file }) => file));
    const only = { ...dataset, examples: dataset.examples.filter(({ file }) => files.has(file)) };
    const { summary, seen } = await evaluateRun(folder, only);
    assert.equal(summary.accuracy.estimate, saved.summary.accuracy.estimate);
    assert.ok(Math.abs(summary.logLoss.estimate - saved.summary.logLoss.estimate) < 1e-4);
    assert.deepEqual(seen, { training: [], validation: [] });
    const { low, high } = result.test!.summary.accuracy;
    const { card } = await exportRun(folder, join(temporaryFolder(), 'exported'), { formats: ['tfjs'] });
    assert.deepEqual(card.test, {
      ...{ accuracy: saved.summary.accuracy.estimate, interval: [low, high] },
      ...{ mostFrequent: 1 / 3, pictures: 9 },
    });
    const rows = modelCardMarkdown(card)
      .split('\n')
      .filter((line) => /^\| (?:test|validation) accuracy/.test(line));
    assert.equal(rows.length, 2);
    for (const row of rows)
      assert.match(row, /accuracy \| \d+\.\d% \(95% interval .*\); always the most frequent class: \d+\.\d% \|$/);
    const [section] = testSections(readRun(folder));
    assert.equal(section!.table!.rows[0]![1], saved.summary.accuracy.estimate.toFixed(3));
    assert.match(
      readFileSync(join(folder, 'test-predictions.csv'), 'utf8'),
      /^file,class,predicted,probability of blue/,
    );
  });

  it('are said to be used again when another model is evaluated on them, and to be known when training saw their content', async () => {
    const messages: string[] = [];
    const listener = { onMessage: (text: string) => messages.push(text) };
    const again = await train(dataset, { ...quick, test: 0.25, seed: 1, listener });
    // the first run, and the one whose test part shares some pictures with this one
    assert.deepEqual([again.test!.earlier, again.test!.reused], [2, 9]);
    assert.ok(messages.some((text) => /^these test pictures were used for 2 other models before/.test(text)));
    const test = again.test!.predictions[0]!;
    const copy = join(dataset.folder, dataset.classes[test.label]!, 'copy.png');
    copyFileSync(test.file, copy);
    const parts = splitDataset(dataset, { test: 0.25 });
    const leaking = {
      ...dataset,
      examples: [
        ...[...parts.train, { file: copy, label: test.label }].map((each) => ({ ...each, subset: 'train' as const })),
        ...parts.validation.map((each) => ({ ...each, subset: 'validation' as const })),
        ...parts.test!.map((each) => ({ ...each, subset: 'test' as const })),
      ],
    };
    const { test: leaked } = await train(leaking, { ...quick, epochs: 1 });
    assert.deepEqual(leaked!.shared, [test.file]);
  });

  it('have intervals that know groups, as validation has', async () => {
    const grouped = {
      ...dataset,
      examples: dataset.examples.map((each, i) => ({ ...each, group: `thing ${Math.floor(i / 3)}` })),
    };
    const { test, interval, baseline, predictions } = await train(grouped, { ...quick, test: 0.25, epochs: 1 });
    assert.equal(test!.summary.accuracy.groups, 3);
    assert.equal(interval.groups, new Set(predictions.map(({ group }) => group)).size);
    assert.ok(interval.effective <= interval.groups);
    assert.ok(baseline.accuracy >= 1 / 3 && dataset.classes.includes(baseline.class));
  });
});

describe('recordTestUse', () => {
  /** What a model that is sure by `p` says of some pictures. */
  const said = (p: number, pictures: readonly number[]) =>
    pictures.map((i) => ({ hash: sha256(`picture ${i}`), probabilities: [p - i / 1000, 1 - p + i / 1000] }));
  const ten = Array.from({ length: 10 }, (_, i) => i);

  it('counts other models, and not the same one again', () =>
    withEmptyCache(() => {
      assert.deepEqual(recordTestUse(said(0.5, ten)), { earlier: 0, reused: 0 });
      assert.deepEqual(recordTestUse(said(0.5, ten)), { earlier: 0, reused: 0 });
      assert.deepEqual(recordTestUse(said(0.6, ten)), { earlier: 1, reused: 10 });
      assert.deepEqual(recordTestUse(said(0.5, ten)), { earlier: 1, reused: 10 });
      assert.deepEqual(recordTestUse(said(0.5 + 1e-7, ten)), { earlier: 1, reused: 10 }); // rounded otherwise
    }));

  it('knows pictures that are a part of those before, or some of them beside new ones, in any order', () =>
    withEmptyCache(() => {
      recordTestUse(said(0.5, ten));
      assert.deepEqual(recordTestUse(said(0.5, [3, 4, 5])), { earlier: 0, reused: 0 }); // the same model
      assert.deepEqual(recordTestUse(said(0.7, [5, 4, 3])), { earlier: 1, reused: 3 });
      assert.deepEqual(recordTestUse(said(0.8, [8, 9, 10, 11])), { earlier: 1, reused: 2 });
      assert.deepEqual(recordTestUse(said(0.9, [20, 21])), { earlier: 0, reused: 0 });
      assert.deepEqual(recordTestUse(said(0.4, ten)), { earlier: 3, reused: 10 }); // 0.5 counts once
      assert.match(
        testUseWarning({ earlier: 2, reused: 2 }, 4)!,
        /^2 of these 4 test pictures were used for 2 other models/,
      );
    }));

  it('misses no model where several processes record at the same time', function () {
    this.timeout(60_000);
    return withEmptyCache(async () => {
      const script = `const { recordTestUse } = require(${JSON.stringify(require.resolve('../../src/training/testUses'))});
        const p = Number(process.argv[1]);
        process.stdout.write(String(recordTestUse([{ hash: 'a', probabilities: [p, 1 - p] }]).earlier));`;
      const counts = await Promise.all(
        [0.1, 0.3, 0.5, 0.7].map(async (p) => {
          const { stdout } = await promisify(execFile)(process.execPath, ['-e', script, String(p)]);
          return Number(stdout);
        }),
      );
      assert.equal(Math.max(...counts), 3);
      assert.equal(recordTestUse([{ hash: 'a', probabilities: [0.9, 0.1] }]).earlier, 4);
    });
  });

  it('says where it cannot record or read, and costs no training there', () =>
    withEmptyCache((cache) => {
      recordTestUse(said(0.5, ten));
      const folder = join(cache, 'test-uses');
      mkdirSync(join(folder, `${'0'.repeat(32)}.txt`)); // in place of a file
      const unread = recordTestUse(said(0.6, ten));
      assert.match(unread.problem!, /an earlier use could not be read/);
      assert.deepEqual([unread.earlier, unread.reused], [1, 10]); // by what can be read
      rmSync(folder, { recursive: true });
      writeFileSync(folder, 'a file in its place');
      const use = recordTestUse(said(0.7, ten));
      assert.equal(use.earlier, 0);
      assert.match(use.problem!, /it could not be recorded that they are used now/);
      assert.match(testUseWarning(use, 10)!, /^whether test pictures are used more than once is not known/);
    }));
});

describe('the setting `monitor`', function () {
  this.timeout(120_000);

  it('is macro F1 or the area under the ROC curve of the validation pictures, whatever their loss', () => {
    const record = (epoch: number) => ({
      epoch,
      loss: 1,
      accuracy: 1,
      validationLoss: epoch,
      learningRate: 1,
      seconds: 1,
    });
    const labels = [0, 0, 1, 2];
    const logits = (...classes: number[]) =>
      Float32Array.from(classes.flatMap((c) => [0, 1, 2].map((i) => (i === c ? 3 : 0))));
    const since = (epoch: number, logits: Float32Array) => ({
      ...record(epoch),
      ...rankedMeasures({ labels, logits }),
    });
    const one = new EarlyStopping({ monitor: 'validationMacroF1', patience: 1 }, true);
    assert.deepEqual(one.observe(since(1, logits(0, 0, 0, 0))), { better: true, enough: false });
    assert.ok(Math.abs(one.state.best! - (2 * 2) / (2 + 4) / 3) < 1e-12);
    assert.deepEqual(one.observe(since(2, logits(0, 1, 1, 2))), { better: true, enough: false });
    assert.deepEqual(one.observe(since(3, logits(0, 0, 0, 2))), { better: false, enough: true });
    const area = new EarlyStopping({ monitor: 'validationAuc' }, true);
    // one output: the logit of the second of two classes ranks three of four pairs right
    const two = { labels: [0, 0, 1, 1], logits: Float32Array.of(-2, 0.5, 0.1, 3) };
    area.observe({ ...record(1), ...rankedMeasures(two) });
    assert.equal(area.state.best, 0.75);
    area.observe(record(2)); // no validation data: every epoch counts as better
    assert.equal(area.state.bestEpoch, 2);
  });

  it('chooses the epoch with the best of what it names', async () => {
    const dataset = imageFolder(await stripesFolder(10));
    for (const monitor of ['loss', 'accuracy', 'macroF1', 'auc'] as const) {
      const { history, accuracy, loss } = await train(dataset, {
        ...{ ...quick, epochs: 6, patience: 6, monitor, learningRate: 0.05, seed: 2 },
      });
      const losses = history.map(({ validationLoss }) => validationLoss!);
      const accuracies = history.map(({ validationAccuracy }) => validationAccuracy!);
      if (monitor === 'loss') assert.ok(loss <= Math.min(...losses) + 1e-4, `${loss} of ${losses}`);
      if (monitor === 'accuracy') assert.ok(Math.abs(accuracy - Math.max(...accuracies)) < 1e-6);
    }
  });
});

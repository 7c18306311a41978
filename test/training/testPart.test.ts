import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { appendFileSync, copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Dataset, imageFolder, splitDataset } from '../../src/data';
import { testSections } from '../../src/report/testPictures';
import { evaluateRun, readRun, saveRun } from '../../src/runs';
import { exportRun, modelCardMarkdown } from '../../src/runs/export';
import { type TrainOptions, type TrainResult, train } from '../../src/training';
import { EarlyStopping } from '../../src/training/earlyStopping';
import { recordTestUse } from '../../src/training/testUses';
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
    assert.deepEqual(card.test, { accuracy: saved.summary.accuracy.estimate, interval: [low, high], pictures: 9 });
    assert.match(modelCardMarkdown(card), /\| test accuracy \| \d+\.\d% \(95% interval/);
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
    assert.equal(again.test!.earlier, 1);
    assert.ok(messages.some((text) => /used for 1 other model before/.test(text)));
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
  it('counts other models, and costs no training where the cache cannot be written', () =>
    withEmptyCache((cache) => {
      const predictions = (p: number) => [{ hash: 'a', label: 0, probabilities: [p, 1 - p] }];
      assert.deepEqual([recordTestUse(predictions(0.5), 1), recordTestUse(predictions(0.5), 1)], [0, 0]);
      assert.deepEqual([recordTestUse(predictions(0.6), 1), recordTestUse(predictions(0.5), 1)], [1, 1]);
      rmSync(join(cache, 'test-uses'), { recursive: true });
      writeFileSync(join(cache, 'test-uses'), 'a file in its place');
      assert.equal(recordTestUse(predictions(0.7), 1), 0);
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
    const one = new EarlyStopping({ monitor: 'validationMacroF1', patience: 1 }, true);
    assert.deepEqual(one.observe(record(1), { labels, logits: logits(0, 0, 0, 0) }), { better: true, enough: false });
    assert.ok(Math.abs(one.state.best! - (2 * 2) / (2 + 4) / 3) < 1e-12);
    assert.deepEqual(one.observe(record(2), { labels, logits: logits(0, 1, 1, 2) }), { better: true, enough: false });
    assert.deepEqual(one.observe(record(3), { labels, logits: logits(0, 0, 0, 2) }), { better: false, enough: true });
    const area = new EarlyStopping({ monitor: 'validationAuc' }, true);
    // one output: the logit of the second of two classes ranks three of four pairs right
    area.observe(record(1), { labels: [0, 0, 1, 1], logits: Float32Array.of(-2, 0.5, 0.1, 3) });
    assert.equal(area.state.best, 0.75);
    area.observe(record(2), undefined); // no validation data: every epoch counts as better
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

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { from, fromArrow } from 'arquero';
import { reportHtml } from '../../src/report';
import { readRun } from '../../src/runs';
import {
  compareBy,
  exportTable,
  flatRow,
  leaderboardText,
  loadStudy,
  type RunRecord,
  type StudyResult,
  type StudyRow,
  study,
  writeMlflow,
} from '../../src/study';
import { ranked } from '../../src/study/leaderboard';
import { studyTable } from '../../src/study/table';
import { summarizePredictions } from '../../src/training';
import { temporaryFolder } from '../folders';
import { stripesFolder } from '../pictures';

function run(axes: RunRecord['axes'], seed: number, accuracy: number): RunRecord {
  const pictures = { train: 100, validation: 1000 };
  return { axes, seed, accuracy, loss: 1 - accuracy, state: 'done', pictures } as RunRecord;
}

describe('compareBy', () => {
  const accuracies: Record<string, number[]> = { '0 none': [0.7, 0.72, 0.71], '0.5 none': [0.8, 0.83, 0.81] };
  const records = Object.entries(accuracies).flatMap(([key, values]) => {
    const dropout = Number(key.split(' ')[0]);
    return values.flatMap((value, i) => [
      run({ dropout, augment: 'none' }, i + 1, value),
      run({ dropout, augment: 'standard' }, i + 1, value + 0.01),
    ]);
  });

  it('pairs runs that differ only in the axis, and counts seeds, not runs', () => {
    const [baseline, other] = compareBy(records, 'dropout').objects() as Record<string, number | string>[];
    assert.equal(baseline!.verdict, 'baseline');
    assert.deepEqual([other!.dropout, other!.runs, other!.n], [0.5, 6, 3]);
    assert.ok(Math.abs((other!.difference as number) - (0.1 + 0.11 + 0.1) / 3) < 1e-9);
    assert.equal(other!.verdict, 'better');
    const [, augmented] = compareBy(records, 'augment').objects() as Record<string, number | string>[];
    assert.ok(Math.abs((augmented!.difference as number) - 0.01) < 1e-9);
  });

  it('accepts any value as the baseline, and knows that a lower loss is better', () => {
    const [baseline, other] = compareBy(records, 'dropout', { baseline: 0.5, measure: 'loss' }).objects() as {
      dropout: number;
      verdict: string;
    }[];
    assert.equal(baseline!.dropout, 0.5);
    assert.equal(other!.verdict, 'worse');
  });

  it('compares by macro F1 and area under the ROC curve, too, and leaves out runs that did not record them', () => {
    const ranked = records.map((record) => ({ ...record, macroF1: record.accuracy, auc: 1 - record.accuracy! }));
    const verdictOf = (measure: 'macroF1' | 'auc') =>
      (compareBy(ranked, 'dropout', { measure }).objects()[1] as { verdict: string }).verdict;
    assert.deepEqual([verdictOf('macroF1'), verdictOf('auc')], ['better', 'worse']);
    const [, old] = compareBy(records, 'dropout', { measure: 'auc' }).objects() as { runs: number }[];
    assert.equal(old!.runs, 0);
  });

  it('lists the existing axes and values', () => {
    assert.throws(() => compareBy(records, 'depth'), /no axis 'depth' in these runs; the axes are dropout, augment/);
    assert.throws(() => compareBy(records, 'dropout', { baseline: 3 }), /has no value 3; its values are 0, 0.5/);
  });
});

describe('the table of a study', () => {
  const measured = (variant: string, seed: number, scores: Partial<RunRecord>) =>
    ({
      ...run({ variant }, seed, 0.8),
      hash: `${variant} ${seed}`,
      interval: null,
      mostFrequent: 0.4,
      ...scores,
    }) as RunRecord;
  const configurations = ['usual', 'low loss'].map((variant) => ({ variant }));
  const tableBy = (monitor: 'loss' | 'accuracy' | 'macroF1' | 'auc', all: readonly RunRecord[]) =>
    studyTable(
      { configurations, monitor, tasks: all.map(({ axes, hash, seed }) => ({ axes, hash, seed })) },
      new Map(all.map((record) => [record.hash, record])),
    );
  // a lower loss with fewer right
  const all = [1, 2, 3, 4].flatMap((seed) => [
    measured('usual', seed, { accuracy: 0.9 + seed / 100, loss: 1 + seed / 100, macroF1: 0.7, auc: 0.6 + seed / 100 }),
    measured('low loss', seed, {
      accuracy: 0.8 + seed / 100,
      loss: 0.4 + seed / 100,
      macroF1: 0.5,
      auc: 0.9 + seed / 100,
    }),
  ]);

  it('is ranked and compared by what the study monitors, in its direction', () => {
    const best = (rows: StudyRow[]) => ranked(rows)[0]!.axes.variant;
    const verdict = (rows: StudyRow[]) => rows[1]!.difference!.verdict;
    assert.deepEqual([best(tableBy('accuracy', all)), verdict(tableBy('accuracy', all))], ['usual', 'worse']);
    assert.deepEqual([best(tableBy('loss', all)), verdict(tableBy('loss', all))], ['low loss', 'better']);
    assert.deepEqual([best(tableBy('macroF1', all)), verdict(tableBy('macroF1', all))], ['usual', 'worse']);
    assert.deepEqual([best(tableBy('auc', all)), verdict(tableBy('auc', all))], ['low loss', 'better']);
    const [row] = tableBy('loss', all);
    assert.ok(row!.score!.high! > 1, 'the interval of a loss may extend above 1');
    assert.ok(Math.abs(row!.accuracy!.mean - 0.925) < 1e-12);
  });

  it('says in its columns which measure it is, and beside it the accuracy and what that must exceed', () => {
    const text = leaderboardText(tableBy('loss', all));
    assert.match(text, /^configuration +n +loss +95% interval +difference/);
    assert.match(text, /low loss +4 +0\.425 +.* -0\.600 /);
    assert.match(text, /\nalways the most frequent class: accuracy 40\.0%; accuracy of the best: 82\.5%$/);
    assert.match(leaderboardText(tableBy('accuracy', all)), /^configuration +n +accuracy .*\n.*\n.* -10\.0 /);
    const columns = Object.keys(flatRow(tableBy('macroF1', all)[0]!));
    assert.deepEqual(columns.slice(0, 8), [
      ...['variant', 'n', 'macroF1', 'sd', 'low', 'high', 'accuracy', 'most frequent class'],
    ]);
  });

  it('opens records of early versions, which have neither macro F1 nor area', () => {
    const early = all.map((record) => ({ ...record, macroF1: null, auc: null, interval: null, mostFrequent: null }));
    const rows = tableBy('auc', early);
    assert.deepEqual([rows[0]!.n, rows[0]!.score, ranked(rows).length], [4, null, 0]);
    assert.match(rows[1]!.difference!.verdict, /^cannot tell: no seed in common/);
    assert.match(leaderboardText(rows), /^configuration +n +area under ROC/);
    assert.equal(ranked(tableBy('loss', early)).length, 2);
  });
});

describe('exportTable', () => {
  const table = from([
    { axis: 0.5, name: 'a', seconds: 1.25, done: true, error: null },
    { axis: 'none', name: 'b, "c"', seconds: null, done: false, error: 'failed' },
  ]);

  it('writes Parquet, Arrow, CSV and JSON, and columns of several types as text', async () => {
    const folder = temporaryFolder();
    const file = (ending: string) => join(folder, `table.${ending}`);
    for (const ending of ['parquet', 'arrow', 'csv', 'json']) await exportTable(table, file(ending));
    assert.equal(readFileSync(file('parquet')).subarray(0, 4).toString(), 'PAR1');
    const arrow = fromArrow(new Uint8Array(readFileSync(file('arrow')))).objects() as object[];
    assert.deepEqual(arrow[1], { axis: 'none', name: 'b, "c"', seconds: null, done: false, error: 'failed' });
    assert.equal((arrow[0] as { axis: string }).axis, '0.5');
    assert.match(readFileSync(file('csv'), 'utf8'), /^axis,name,seconds,done,error\n0.5,a,1.25,true,/);
    assert.equal(JSON.parse(readFileSync(file('json'), 'utf8')).length, 2);
    const { parquetReadObjects } = await import('hyparquet' as string).catch(() => ({ parquetReadObjects: undefined }));
    if (!parquetReadObjects) return; // not installed together with the writer everywhere
    const content = readFileSync(file('parquet'));
    const buffer = content.buffer.slice(content.byteOffset, content.byteOffset + content.length);
    assert.deepEqual(await parquetReadObjects({ file: buffer }), arrow);
  });

  it('lists the formats', async () => {
    await assert.rejects(exportTable(table, 'table.xlsx'), /must end in .parquet, .arrow, .csv, .json/);
  });
});

describe('a study on disk', () => {
  let result: StudyResult;

  before(async () => {
    result = await study({
      data: await stripesFolder(4),
      settings: { epochs: 2, inputSize: 64, optimizer: 'sgd', batchSize: 2 },
      axes: { learningRate: [0.01, 1e39], dropout: [0, 0.5] },
      seeds: 2,
      out: join(temporaryFolder(), 'study'),
    });
  });

  it('can be read without its pictures', () => {
    const read = loadStudy(result.folder);
    assert.deepEqual(read.rows, result.rows);
    assert.deepEqual(read.runs.objects(), result.runs.objects());
    assert.throws(() => loadStudy(temporaryFolder()), /is not a study folder: it has no study.json/);
  });

  it('that monitors the loss says so everywhere: tables, text, report, charts and MLflow', async () => {
    const file = join(result.folder, 'study.json');
    const before = readFileSync(file, 'utf8');
    const content = JSON.parse(before);
    writeFileSync(file, JSON.stringify({ ...content, configuration: { ...content.configuration, monitor: 'loss' } }));
    try {
      const read = loadStudy(result.folder);
      assert.equal(read.monitor, 'loss');
      const losses = ranked(read.rows).map(({ score }) => score!.mean);
      assert.deepEqual(
        losses,
        losses.toSorted((a, b) => a - b),
      );
      const html = await reportHtml(result.folder);
      assert.match(html, /<p class="summary">Lowest loss: /);
      assert.match(html, /Mean validation loss over the seeds with its 95% interval \(lower is better\)/);
      assert.match(html, /Loss of every run: /);
      assert.match(html, /Loss against time: /);
      const store = join(temporaryFolder(), 'mlruns');
      writeMlflow(read, store);
      const [experiment] = readdirSync(store);
      const runs = readdirSync(join(store, experiment!)).filter((name) => name !== 'meta.yaml');
      assert.ok(runs.every((id) => readFileSync(join(store, experiment!, id, 'tags', 'monitor'), 'utf8') === 'loss'));
      for (const metric of ['macroF1', 'auc', 'mostFrequent', 'validationLoss', 'accuracyLow']) {
        assert.ok(
          runs.some((id) => existsSync(join(store, experiment!, id, 'metrics', metric))),
          metric,
        );
      }
      writeFileSync(file, JSON.stringify({ ...content, configuration: { ...content.configuration, monitor: 'lost' } }));
      assert.throws(
        () => loadStudy(result.folder),
        /unknown measure to monitor 'lost'; the measures are loss, accuracy/,
      );
    } finally {
      writeFileSync(file, before);
    }
  });

  it('has records of the same numbers as the predictions of its runs, and opens records of early versions', () => {
    const done = result.records.filter(({ state }) => state === 'done');
    for (const { id, macroF1, auc, interval, mostFrequent } of done) {
      const { predictions, classes } = readRun(join(result.folder, 'runs', id));
      const { summary } = summarizePredictions(predictions, classes);
      const { accuracy, baseline } = summary;
      assert.deepEqual([macroF1, mostFrequent], [summary.macroF1.estimate, baseline.accuracy]);
      if (summary.auc) assert.equal(auc, summary.auc.estimate); // of very few pictures it has no interval
      assert.deepEqual(interval, { low: accuracy.low, high: accuracy.high });
    }
    const file = join(result.folder, 'runs', done[0]!.id, 'run.json');
    const before = readFileSync(file, 'utf8');
    const { macroF1: _, auc: _1, interval: _2, mostFrequent: _3, curves: _4, ...early } = JSON.parse(before);
    writeFileSync(file, JSON.stringify(early));
    try {
      const [record] = loadStudy(result.folder).records.filter(({ id }) => id === done[0]!.id);
      assert.deepEqual([record!.macroF1, record!.auc, record!.interval, record!.curves], [null, null, null, undefined]);
    } finally {
      writeFileSync(file, before);
    }
  });

  it('is written in the layout of MLflow’s file store, once', () => {
    const store = join(temporaryFolder(), 'mlruns');
    writeMlflow(result, store);
    const [experiment] = readdirSync(store);
    const meta = readFileSync(join(store, experiment!, 'meta.yaml'), 'utf8');
    assert.match(meta, new RegExp(`^experiment_id: "${experiment}"$`, 'm'));
    assert.match(meta, /^name: "study"$/m);
    const runs = readdirSync(join(store, experiment!)).filter((name) => name !== 'meta.yaml');
    assert.equal(runs.length, 8);
    const of = (...path: string[]) => runs.map((id) => join(store, experiment!, id, ...path));
    assert.deepEqual(
      of('params', 'learningRate')
        .map((file) => readFileSync(file, 'utf8'))
        .sort(),
      [...new Array(4).fill('0.01'), ...new Array(4).fill('1e+39')],
    );
    const done = of('metrics', 'accuracy').filter((file) => existsSync(file));
    assert.equal(done.length, 4);
    assert.match(readFileSync(done[0]!, 'utf8'), /^\d{13} [\d.]+ 0\n$/);
    const curve = readFileSync(done[0]!.replace(/accuracy$/, 'validationAccuracy'), 'utf8');
    assert.match(curve, /^\d{13} [\d.]+ 1\n\d{13} [\d.]+ 2\n$/);
    assert.equal(of('artifacts', 'run.json').filter((file) => existsSync(file)).length, 8);
    assert.equal(of('tags', 'error').filter((file) => existsSync(file)).length, 4);
    writeMlflow(result, store);
    assert.equal(readdirSync(join(store, experiment!)).length, 9);
  });
});

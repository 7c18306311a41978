import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { from, fromArrow } from 'arquero';
import {
  compareBy,
  exportTable,
  loadStudy,
  type RunRecord,
  type StudyResult,
  study,
  writeMlflow,
} from '../../src/study';
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

  it('lists the existing axes and values', () => {
    assert.throws(() => compareBy(records, 'depth'), /no axis 'depth' in these runs; the axes are dropout, augment/);
    assert.throws(() => compareBy(records, 'dropout', { baseline: 3 }), /has no value 3; its values are 0, 0.5/);
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
